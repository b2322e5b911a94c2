using System.Reflection;

namespace LibvirtBackup.Generator.Overrides;

/// <summary>The rows of the tables beside this file; a row nothing asked for is an error, so none goes stale.</summary>
internal sealed class OverrideTable
{
    private readonly IReadOnlyList<OverrideRow> _rows;
    private readonly HashSet<OverrideRow> _used = [];

    public OverrideTable(IEnumerable<OverrideRow> rows) => _rows = [.. rows];

    public IReadOnlyList<OverrideRow> Rows => _rows;

    /// <summary>The tables that are compiled into the generator.</summary>
    public static OverrideTable Load()
    {
        Assembly assembly = typeof(OverrideTable).Assembly;
        IEnumerable<string> tables = assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(".tsv", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return new OverrideTable(tables.SelectMany(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return Parse(name, reader.ReadToEnd());
        }));
    }

    public static IReadOnlyList<OverrideRow> Parse(string table, string text)
    {
        List<OverrideRow> rows = [];
        foreach (string line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] cells = [.. line.Split('\t', StringSplitOptions.RemoveEmptyEntries).Select(c => c.Trim())];
            if (cells.Length != 4)
                throw new GeneratorException(table, $"'{line}' is not symbol, subject, rule and reason");
            rows.Add(new OverrideRow(cells[0], cells[1], cells[2], cells[3]));
        }

        return rows;
    }

    /// <summary>The rule for a subject of a symbol; a row that names the symbol in full wins over a pattern.</summary>
    public string? Rule(string symbol, string subject)
    {
        OverrideRow[] fitting =
            [.. _rows.Where(r => r.Matches(symbol, subject)).OrderByDescending(r => r.Symbol.Length)];
        foreach (OverrideRow row in fitting)
            _used.Add(row);
        if (fitting.Count(r => r.Symbol == fitting[0].Symbol) > 1)
            throw new GeneratorException(symbol, $"has two rows for {subject}");
        return fitting.FirstOrDefault()?.Rule;
    }

    /// <summary>The symbol is left out on purpose.</summary>
    public bool IsNotBound(string symbol) => Rule(symbol, "-") == "not-bound";

    /// <summary>The common prefix of an enum's constants where the constants alone do not show it.</summary>
    public string? EnumPrefix(string symbol) =>
        Rule(symbol, "-")?.Split(' ') is ["prefix", { } prefix] ? prefix : null;

    public void RefuseUnusedRows()
    {
        if (_rows.FirstOrDefault(r => !_used.Contains(r)) is { } unused)
            throw new GeneratorException(unused.Symbol, $"has a row for '{unused.Subject}' that fits nothing");
    }
}
