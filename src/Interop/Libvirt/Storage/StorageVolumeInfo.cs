namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Kind and sizes of a volume (<c>virStorageVolInfo</c>), in bytes.</summary>
/// <param name="Type">The kind.</param>
/// <param name="Capacity">The size that a guest sees.</param>
/// <param name="Allocation">What it occupies.</param>
public sealed record StorageVolumeInfo(VirStorageVolType Type, long Capacity, long Allocation);
