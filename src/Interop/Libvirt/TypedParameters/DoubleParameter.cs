namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A floating point value (<c>VIR_TYPED_PARAM_DOUBLE</c>).</summary>
/// <param name="Name">The field name.</param>
/// <param name="Value">The value.</param>
public sealed record DoubleParameter(string Name, double Value) : TypedParameter(Name)
{
    private protected override int Type => TypedParameterTypes.Double;
}
