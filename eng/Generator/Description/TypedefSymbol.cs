namespace LibvirtBackup.Generator.Description;

internal sealed record TypedefSymbol : Symbol
{
    public required string Target { get; init; }
}
