namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A truth value (<c>VIR_TYPED_PARAM_BOOLEAN</c>).</summary>
/// <param name="Name">The field name.</param>
/// <param name="Value">The value.</param>
public sealed record BooleanParameter(string Name, bool Value) : TypedParameter(Name)
{
    private protected override int Type => TypedParameterTypes.Boolean;
}
