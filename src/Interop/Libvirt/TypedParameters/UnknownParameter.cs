namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A value whose type this library does not know; it can be read but not written back.</summary>
/// <param name="Name">The field name.</param>
/// <param name="UnknownType">libvirt's number of the type.</param>
/// <param name="Bits">The eight bytes of the value as they were; a pointer among them is not valid any more.</param>
public sealed record UnknownParameter(string Name, int UnknownType, ulong Bits) : TypedParameter(Name)
{
    private protected override int Type => UnknownType;
}
