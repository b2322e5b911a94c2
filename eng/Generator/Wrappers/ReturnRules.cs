using System.Text.RegularExpressions;
using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Overrides;

namespace LibvirtBackup.Generator.Wrappers;

/// <summary>Decides what a result means: by the table, else by the type and the numbers in the note.</summary>
internal sealed partial class ReturnRules(ApiDescription api, OverrideTable overrides)
{
    public string For(FunctionSymbol function)
    {
        if (overrides.Rule(function.Name, "return") is { } rule)
            return rule;
        CType type = function.Return.Type;
        if (type is { Base: "void", Pointers: 0 })
            return "nothing";
        if (api.Pointee(type.Base) is { IsOpaque: true })
            return "owned";
        if (type is { Base: "char", Pointers: 1 })
            return type.PointsToConst ? "borrowed-text" : "text";
        if (type is { Base: "int", Pointers: 0 } && FromNote(function.Return.Note) is { } derived)
            return derived;
        throw new GeneratorException(function.Name, $"returns '{type}': say in the table what it means");
    }

    private static string? FromNote(string note)
    {
        string[] numbers = [.. Numbers().Matches(note).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal)];
        bool counts = Count().IsMatch(note);
        return numbers switch
        {
            ["-1", "0"] when !counts => "status",
            ["-1", "0", "1"] when TruthValue().IsMatch(note) => "bool",
            _ when counts => "count",
            _ => null,
        };
    }

    [GeneratedRegex(@"-?\b\d[\d,]*\b", RegexOptions.None, 1000)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"\bnumber\b|\bcount\b|\bmaximum\b|\bidentifier\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Count();

    [GeneratedRegex(@"\b1 if\b", RegexOptions.None, 1000)]
    private static partial Regex TruthValue();
}
