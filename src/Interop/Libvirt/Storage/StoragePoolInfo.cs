namespace LibvirtBackup.Interop.Libvirt;

/// <summary>State and sizes of a pool (<c>virStoragePoolInfo</c>), in bytes.</summary>
/// <param name="State">The state.</param>
/// <param name="Capacity">The size in all.</param>
/// <param name="Allocation">What is in use.</param>
/// <param name="Available">What is free.</param>
public sealed record StoragePoolInfo(VirStoragePoolState State, long Capacity, long Allocation, long Available);
