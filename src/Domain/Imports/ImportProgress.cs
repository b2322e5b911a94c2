namespace LibvirtBackup.Imports;

/// <summary>A step of a running import.</summary>
/// <param name="Origin">The point that is read.</param>
/// <param name="Disk">The disk.</param>
/// <param name="DoneBytes">Bytes of the disk that are dealt with.</param>
/// <param name="TotalBytes">The disk's virtual size.</param>
internal readonly record struct ImportProgress(string Origin, string Disk, long DoneBytes, long TotalBytes);
