using System.Globalization;
using System.Text.RegularExpressions;

namespace LibvirtBackup.Generator.Description;

/// <summary>Evaluates macros that are numbers: a literal, a sum of literals, or another macro or constant.</summary>
internal sealed partial class MacroValues(ApiDescription api)
{
    private readonly Dictionary<string, MacroSymbol> _macros =
        api.Libraries.SelectMany(l => l.Macros).ToDictionary(m => m.Name);

    private readonly Dictionary<string, EnumConstant> _constants =
        api.Libraries.SelectMany(l => l.Enums).SelectMany(e => e.Constants).ToDictionary(c => c.Name);

    /// <summary>The value, and whether C made it a <c>long long</c>.</summary>
    public (long Value, bool IsLong) Evaluate(string symbol, string expression)
    {
        string text = Comment().Replace(expression, "").Trim().Trim('(', ')');
        if (_macros.TryGetValue(text, out MacroSymbol? macro))
            return Evaluate(symbol, macro.Expression);
        if (_constants.TryGetValue(text, out EnumConstant? constant))
            return (api.Value(constant), false);
        bool isLong = text.EndsWith("LL", StringComparison.Ordinal);
        string sum = isLong ? text[..^2] : text;
        long total = 0;
        foreach (string part in sum.Split('+', StringSplitOptions.TrimEntries))
        {
            if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
                throw new GeneratorException(symbol, $"has the value '{expression}', which is no number");
            total += value;
        }

        return (total, isLong);
    }

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.None, 1000)]
    private static partial Regex Comment();
}
