namespace LibvirtBackup.Generator.Description;

internal sealed record EnumSymbol : Symbol
{
    public required IReadOnlyList<EnumConstant> Constants { get; init; }
}
