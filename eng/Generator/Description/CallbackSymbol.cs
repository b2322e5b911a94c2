namespace LibvirtBackup.Generator.Description;

/// <summary>A function-pointer typedef.</summary>
internal sealed record CallbackSymbol : Symbol
{
    public required Parameter Return { get; init; }

    public required IReadOnlyList<Parameter> Parameters { get; init; }
}
