namespace LibvirtBackup.Pushes;

/// <summary>A step of a running push, as QEMU tells it for all disks together.</summary>
/// <param name="Domain">The domain's name.</param>
/// <param name="DoneBytes">Bytes that are dealt with.</param>
/// <param name="TotalBytes">All bytes.</param>
internal readonly record struct PushProgress(string Domain, long DoneBytes, long TotalBytes);
