namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Sizes of a disk (<c>virDomainBlockInfo</c>), in bytes.</summary>
/// <param name="Capacity">The size that the guest sees.</param>
/// <param name="Allocation">The highest byte written in use; for a file on a running domain what it occupies.</param>
/// <param name="Physical">The size of the file or device that holds the disk.</param>
public sealed record BlockInfo(long Capacity, long Allocation, long Physical);
