namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// A named value of libvirt's <c>virTypedParameter</c>. The derived records are the closed list of its types; a type
/// that this library does not know arrives as <see cref="UnknownParameter"/>.
/// </summary>
/// <param name="Name">The field name, such as <c>disk_total</c>; at most 79 bytes of UTF-8.</param>
public abstract record TypedParameter(string Name)
{
    /// <summary>
    /// The longest field name in bytes: <c>VIR_TYPED_PARAM_FIELD_LENGTH</c> without the closing zero.
    /// </summary>
    public const int MaximumNameBytes = 79;

    private protected abstract int Type { get; }

    internal int NativeType => Type;
}
