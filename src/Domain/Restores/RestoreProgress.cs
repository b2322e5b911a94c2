namespace LibvirtBackup.Restores;

/// <summary>A step of a running restore.</summary>
/// <param name="Disk">The disk's target name.</param>
/// <param name="DoneBytes">Bytes of the disk that are dealt with.</param>
/// <param name="TotalBytes">The disk's virtual size in bytes.</param>
public readonly record struct RestoreProgress(string Disk, long DoneBytes, long TotalBytes);
