namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A signed 64 bit value (<c>VIR_TYPED_PARAM_LLONG</c>).</summary>
/// <param name="Name">The field name.</param>
/// <param name="Value">The value.</param>
public sealed record LongParameter(string Name, long Value) : TypedParameter(Name)
{
    private protected override int Type => TypedParameterTypes.Long;
}
