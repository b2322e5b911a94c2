namespace LibvirtBackup.Generator.Description;

/// <summary>A C type as the description writes it: <c>const char **</c>, <c>char field[80]</c>.</summary>
/// <param name="Base">The name without <c>const</c>, pointers and array: <c>unsigned long long</c>.</param>
/// <param name="Pointers">How many <c>*</c> follow.</param>
/// <param name="PointsToConst">The pointed-to value is read only, so the callee does not write it.</param>
/// <param name="Length">The C expression of an array's length, or null.</param>
internal sealed record CType(string Base, int Pointers, bool PointsToConst, string? Length)
{
    public static CType Parse(string text)
    {
        string? length = null;
        int bracket = text.IndexOf('[', StringComparison.Ordinal);
        if (bracket >= 0)
        {
            // "char field[N]": the declarator is inside the type.
            length = text[(bracket + 1)..text.IndexOf(']', StringComparison.Ordinal)];
            string declaration = text[..bracket].TrimEnd();
            text = declaration[..declaration.LastIndexOf(' ')];
        }

        int star = text.IndexOf('*', StringComparison.Ordinal);
        string head = star < 0 ? text : text[..star];
        IEnumerable<string> words = head.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new CType(
            string.Join(' ', words.Where(word => word != "const")),
            text.Count(c => c == '*'),
            words.Contains("const"),
            length);
    }

    public override string ToString() =>
        (PointsToConst ? "const " : "") + Base + (Pointers == 0 ? "" : " " + new string('*', Pointers));
}
