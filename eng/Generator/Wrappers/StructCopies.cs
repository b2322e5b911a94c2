using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Emit;
using LibvirtBackup.Generator.Overrides;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Wrappers;

/// <summary>A managed record for each struct that wrappers return, with a method that copies the raw one.</summary>
internal sealed class StructCopies(
    ApiDescription api, BlittableTypes types, MacroValues values, OverrideTable overrides)
{
    /// <summary><c>virDomainBlockStatsStruct</c> becomes <c>VirDomainBlockStats</c>.</summary>
    public static string TypeOf(StructSymbol symbol)
    {
        string name = Naming.PublicType(symbol.Name);
        return name.EndsWith("Struct", StringComparison.Ordinal) ? name[..^"Struct".Length] : name;
    }

    public IEnumerable<GeneratedFile> Write(Target target)
    {
        StructSymbol[] structs = [.. target.Library.Structs.Where(IsCopied)];
        if (structs.Length == 0)
            yield break;
        CodeWriter code = target.Begin();
        foreach (StructSymbol symbol in structs)
            Write(code, symbol);
        yield return target.File("StructCopies", code);
    }

    private bool IsCopied(StructSymbol symbol) =>
        !symbol.IsOpaque && api.Canonical(symbol) == symbol && overrides.Rule(symbol.Name, "-") != "not-copied";

    private void Write(CodeWriter code, StructSymbol symbol)
    {
        string type = TypeOf(symbol);
        (StructField Field, string Rule)[] rules =
            [.. symbol.Fields.Select(f => (f, overrides.Rule(symbol.Name, f.Name) ?? ""))];
        // A field that counts an array is the length of the copied list.
        HashSet<string> counts = [.. rules.Select(r => r.Rule.Split(' ')).Where(IsArray).Select(words => words[1])];
        (StructField Field, (string Type, string Value) Copy)[] properties =
            [.. rules.Where(r => !counts.Contains(r.Field.Name)).Select(r => (r.Field, Copy(symbol, r.Field, r.Rule)))];

        code.Line().Summary($"A copy of a <c>{symbol.Name}</c>. Since libvirt {symbol.Since}.");
        code.Symbol(symbol.Name, symbol.Since);
        using (code.Braces($"public sealed record {type}"))
        {
            foreach ((StructField field, (string property, _)) in properties)
            {
                code.Summary($"The field <c>{field.Name}</c>, as libvirt counts it.");
                code.Line($"public required {property} {Naming.Property(field.Name)} {{ get; init; }}").Line();
            }

            code.Line($"internal static unsafe {type} Copy({symbol.Name}* native) => new()");
            code.Line("{");
            foreach ((StructField field, (_, string value)) in properties)
                code.Line($"    {Naming.Property(field.Name)} = {value},");
            code.Line("};");
        }
    }

    private static bool IsArray(string[] words) => words[0] is "texts" or "bytes" or "structs" or "params";

    private (string Type, string Value) Copy(StructSymbol owner, StructField field, string rule)
    {
        string source = "native->" + Naming.Identifier(field.Name);
        string[] words = rule.Split(' ');
        string Count() => $"checked((int)native->{words[1]})";
        string Pointee() => TypeOf(api.Pointee(field.Type.Base)!);
        string Handle() => Naming.Handle(api.Pointee(field.Type.Base)!);
        if (field.Type.Length is { } length)
            return ("string", $"NativeText.CopyFixed({source}, {values.Evaluate(owner.Name, length).Value})");
        return words[0] switch
        {
            "" => Plain(owner, field, source),
            "enum" => (Naming.PublicType(words[1]), $"({Naming.PublicType(words[1])}){source}"),
            "bool" => ("bool", $"{source} != 0"),
            "text" => ("string", $"NativeText.Copy({source})"),
            "owned-text" => ("string", $"NativeText.Take({source})"),
            "texts" => ("IReadOnlyList<string>", $"NativeText.CopyItems({source}, {Count()})"),
            "bytes" => ("ReadOnlyMemory<byte>", $"new ReadOnlySpan<byte>({source}, {Count()}).ToArray()"),
            "structs" => ($"IReadOnlyList<{Pointee()}>", $"NativeArray.Copy({source}, {Count()}, &{Pointee()}.Copy)"),
            "params" => ("TypedParameterList", $"TypedParameterReader.Read({source}, {Count()})"),
            "share" => (Handle(), $"{Handle()}.Share({source})"),
            _ => throw new GeneratorException(owner.Name, $"has the unknown rule '{rule}' for its field {field.Name}"),
        };
    }

    private (string Type, string Value) Plain(StructSymbol owner, StructField field, string source)
    {
        string native = types.Of(field.Type, owner.Name);
        return native switch
        {
            "byte*" => ("string?", $"NativeText.CopyOptional({source})"),
            "nuint" => ("ulong", source),
            _ when native.Contains('*') || native == "nint" =>
                throw new GeneratorException(
                    owner.Name, $"has the pointer field '{field.Name}': say in the table how to copy it"),
            _ => (native, source),
        };
    }
}
