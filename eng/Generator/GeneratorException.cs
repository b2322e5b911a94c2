namespace LibvirtBackup.Generator;

/// <summary>The description holds something the generator has no rule for, or a table row that fits nothing.</summary>
internal sealed class GeneratorException(string symbol, string problem)
    : Exception($"{symbol}: {problem}")
{
    public string Symbol { get; } = symbol;
}
