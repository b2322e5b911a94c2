namespace LibvirtBackup.Recovery;

/// <summary>A disk of the domain that can hold a bitmap.</summary>
/// <param name="Name">The target (<c>vda</c>).</param>
/// <param name="VirtualSizeBytes">Its size as the guest sees it, or null where that cannot be asked.</param>
internal sealed record TrackedDisk(string Name, long? VirtualSizeBytes);
