using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Overrides;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Emit;

/// <summary>One file of enums per header.</summary>
internal sealed class EnumWriter(ApiDescription api, OverrideTable overrides)
{
    public IEnumerable<GeneratedFile> Write(Target target)
    {
        foreach (IGrouping<string, EnumSymbol> header in target.Library.Enums.GroupBy(e => e.File))
        {
            CodeWriter code = target.Begin();
            foreach (EnumSymbol symbol in header)
                Write(code, symbol);
            yield return target.File("Enums." + Naming.Header(header.Key), code);
        }
    }

    private void Write(CodeWriter code, EnumSymbol symbol)
    {
        bool flags = api.IsFlags(symbol);
        IReadOnlyList<string> names = EnumNames.Of(symbol, overrides.EnumPrefix(symbol.Name));
        code.Line().Summary($"The values of <c>{symbol.Name}</c>. Since libvirt {symbol.Since}.");
        if (flags)
            code.Line("[Flags]");
        code.Symbol(symbol.Name, symbol.Since);
        using (code.Braces($"public enum {Naming.PublicType(symbol.Name)} : {(flags ? "uint" : "int")}"))
        {
            bool first = true;
            if (flags && symbol.Constants.All(c => api.Value(c) != 0))
            {
                code.Summary("No flag.").Line("None = 0,");
                first = false;
            }

            var byValue = symbol.Constants.Zip(names).OrderBy(pair => api.Value(pair.First));
            foreach ((EnumConstant constant, string name) in byValue)
            {
                if (!first)
                    code.Line();
                first = false;
                code.Summary($"<c>{constant.Name}</c>, since libvirt {constant.Since}.");
                code.Symbol(constant.Name, constant.Since);
                code.Line($"{name} = {Literal(api.Value(constant), flags)},");
            }
        }
    }

    private static string Literal(long value, bool flags) => flags && value > 9 ? $"0x{value:x}" : $"{value}";
}
