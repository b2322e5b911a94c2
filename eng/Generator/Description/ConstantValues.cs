namespace LibvirtBackup.Generator.Description;

/// <summary>
/// The second pass over enum constants: some are defined by the name of another constant, in another enum
/// (<c>VIR_DOMAIN_DEVICE_MODIFY_LIVE = VIR_DOMAIN_AFFECT_LIVE</c>).
/// </summary>
internal sealed class ConstantValues(IEnumerable<EnumSymbol> enums)
{
    private readonly Dictionary<string, EnumConstant> _byName =
        enums.SelectMany(e => e.Constants).ToDictionary(c => c.Name);

    public (long Value, bool IsBit) Resolve(EnumConstant constant)
    {
        if (long.TryParse(constant.Value, out long value))
            return (value, constant.IsBit);
        if (_byName.TryGetValue(constant.Value, out EnumConstant? other))
            return Resolve(other);
        throw new GeneratorException(constant.Name, $"has the value '{constant.Value}', which is no known constant");
    }
}
