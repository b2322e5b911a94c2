namespace LibvirtBackup.Generator.Description;

internal sealed record FunctionSymbol : Symbol
{
    public required Parameter Return { get; init; }

    public required IReadOnlyList<Parameter> Parameters { get; init; }
}
