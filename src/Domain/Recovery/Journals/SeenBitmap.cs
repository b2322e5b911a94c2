namespace LibvirtBackup.Recovery.Journals;

/// <summary>What was seen of a bitmap.</summary>
/// <param name="DirtyBytes">Bytes that had changed since its checkpoint.</param>
/// <param name="VirtualSizeBytes">The disk's size at that time.</param>
/// <param name="Origin">libvirt's description of the checkpoint then: another one is another bitmap.</param>
internal sealed record SeenBitmap(long DirtyBytes, long VirtualSizeBytes, string Origin);
