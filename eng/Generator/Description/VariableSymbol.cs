namespace LibvirtBackup.Generator.Description;

internal sealed record VariableSymbol : Symbol
{
    public required CType Type { get; init; }
}
