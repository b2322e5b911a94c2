namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A string (<c>VIR_TYPED_PARAM_STRING</c>).</summary>
/// <param name="Name">The field name.</param>
/// <param name="Value">The value.</param>
public sealed record StringParameter(string Name, string Value) : TypedParameter(Name)
{
    private protected override int Type => TypedParameterTypes.String;
}
