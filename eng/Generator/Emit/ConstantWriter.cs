using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Overrides;

namespace LibvirtBackup.Generator.Emit;

/// <summary>Macros that are values: the names of typed parameters, lengths and limits.</summary>
internal sealed class ConstantWriter(MacroValues values, OverrideTable overrides)
{
    public IEnumerable<GeneratedFile> Write(Target target)
    {
        MacroSymbol[] macros = [.. target.Library.Macros.Where(m => !overrides.IsNotBound(m.Name))];
        if (macros.Length == 0)
            yield break;
        CodeWriter code = target.Begin();
        code.Line();
        code.Summary($"The values of {target.Library.Name}'s macros: names of typed parameters, lengths, limits.");
        using (code.Braces($"public static class {target.Constants}"))
        {
            bool first = true;
            foreach (MacroSymbol macro in macros)
            {
                if (!first)
                    code.Line();
                first = false;
                Write(code, macro);
            }
        }

        yield return target.File(target.Constants, code);
    }

    private void Write(CodeWriter code, MacroSymbol macro)
    {
        (string type, string value, string meaning) = macro.Text is { } text
            ? ("string", $"\"{text}\"", $"<c>{macro.Name}</c> is \"{Documentation.Text(text)}\"")
            : Number(macro);
        code.Summary($"{meaning}. Since libvirt {macro.Since}.");
        code.Symbol(macro.Name, macro.Since);
        code.Line($"public const {type} {macro.Name} = {value};");
    }

    private (string Type, string Value, string Meaning) Number(MacroSymbol macro)
    {
        (long value, bool isLong) = values.Evaluate(macro.Name, macro.Expression);
        return (isLong ? "long" : "int", $"{value}", $"<c>{macro.Name}</c> is {value}");
    }
}
