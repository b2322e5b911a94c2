namespace LibvirtBackup.Interop.Libvirt;

/// <summary>An unsigned 64 bit value (<c>VIR_TYPED_PARAM_ULLONG</c>).</summary>
/// <param name="Name">The field name.</param>
/// <param name="Value">The value.</param>
public sealed record ULongParameter(string Name, ulong Value) : TypedParameter(Name)
{
    private protected override int Type => TypedParameterTypes.ULong;
}
