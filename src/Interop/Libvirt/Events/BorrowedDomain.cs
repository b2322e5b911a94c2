namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A domain that libvirt lends to a callback: its pointer is valid only until the callback returns.</summary>
internal static unsafe class BorrowedDomain
{
    /// <summary>Copies what identifies it; asks no daemon.</summary>
    public static DomainIdentity Identify(nint domain)
    {
        Span<byte> uuid = stackalloc byte[16];
        fixed (byte* bytes = uuid)
        {
            _ = LibvirtNative.virDomainGetUUID(domain, bytes);
        }

        string name = NativeText.Copy(LibvirtNative.virDomainGetName(domain));
        return new DomainIdentity(name, new Guid(uuid, bigEndian: true));
    }
}
