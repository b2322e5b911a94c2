namespace LibvirtBackup.Generator.Overrides;

/// <summary>One fact that the description does not hold.</summary>
/// <param name="Symbol">A symbol's name; <c>*</c> stands for any run of characters.</param>
/// <param name="Subject">A parameter's or field's name, <c>return</c>, or <c>-</c> for the symbol itself.</param>
/// <param name="Rule">What holds for it.</param>
/// <param name="Reason">Where the fact comes from.</param>
internal sealed record OverrideRow(string Symbol, string Subject, string Rule, string Reason)
{
    public bool Matches(string symbol, string subject) => Subject == subject && Fits(symbol);

    private bool Fits(string symbol)
    {
        string[] parts = Symbol.Split('*');
        if (parts.Length == 1)
            return symbol == Symbol;
        return parts[0].Length + parts[^1].Length <= symbol.Length
            && symbol.StartsWith(parts[0], StringComparison.Ordinal)
            && symbol.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
