namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A signed 32 bit value (<c>VIR_TYPED_PARAM_INT</c>).</summary>
/// <param name="Name">The field name.</param>
/// <param name="Value">The value.</param>
public sealed record IntParameter(string Name, int Value) : TypedParameter(Name)
{
    private protected override int Type => TypedParameterTypes.Int;
}
