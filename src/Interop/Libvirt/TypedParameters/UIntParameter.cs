namespace LibvirtBackup.Interop.Libvirt;

/// <summary>An unsigned 32 bit value (<c>VIR_TYPED_PARAM_UINT</c>).</summary>
/// <param name="Name">The field name.</param>
/// <param name="Value">The value.</param>
public sealed record UIntParameter(string Name, uint Value) : TypedParameter(Name)
{
    private protected override int Type => TypedParameterTypes.UInt;
}
