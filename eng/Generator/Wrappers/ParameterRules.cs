using System.Text.RegularExpressions;
using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Overrides;

namespace LibvirtBackup.Generator.Wrappers;

/// <summary>Decides how a parameter is passed: by the table, else by what is beyond doubt in the description.</summary>
internal sealed partial class ParameterRules(ApiDescription api, OverrideTable overrides)
{
    private static readonly HashSet<string> s_numbers =
    [
        "int", "unsigned int", "unsigned long", "unsigned short", "long long", "unsigned long long", "size_t", "double",
    ];

    /// <summary>The parameter that counts this one, when the table says that it is an array.</summary>
    public string? CountOf(FunctionSymbol function, Parameter parameter) =>
        overrides.Rule(function.Name, parameter.Name) is { } rule ? ShapeTable.CountOf(rule) : null;

    public string For(FunctionSymbol function, Parameter parameter)
    {
        if (overrides.Rule(function.Name, parameter.Name) is { } rule)
            return rule;
        CType type = parameter.Type;
        if (type.Pointers == 0 && api.Pointee(type.Base) is { IsOpaque: true })
            return "handle";
        if (type is { Base: "char", Pointers: 1, PointsToConst: true })
            return "text";
        if (type.Pointers == 0 && parameter.Name == "flags")
            return Flags(function, parameter);
        if (type.Pointers == 0 && s_numbers.Contains(type.Base))
            return "number";
        if (type.Pointers == 2 && api.Pointee(type.Base) is { IsOpaque: true })
            return "list";
        throw new GeneratorException(
            function.Name, $"takes '{type} {parameter.Name}': say in the table how to pass it");
    }

    // Every flags parameter is 'unsigned int flags'; only the note says which enum, or that there is none yet.
    private string Flags(FunctionSymbol function, Parameter parameter)
    {
        string[] named = [.. Words().Matches(parameter.Note).Select(m => m.Value)
            .Where(w => api.Enum(w) is { } symbol && api.IsFlags(symbol)).Distinct()];
        if (named.Length == 1)
            return "flags " + named[0];
        if (named.Length == 0 && NoFlagsYet().IsMatch(parameter.Note))
            return "flags 0";
        throw new GeneratorException(function.Name, "does not name the enum of its flags: say it in the table");
    }

    [GeneratedRegex(@"vir\w+", RegexOptions.None, 1000)]
    private static partial Regex Words();

    [GeneratedRegex(
        "not used|unused|extra flags|must be 0|reserved|pass 0|always 0", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex NoFlagsYet();
}
