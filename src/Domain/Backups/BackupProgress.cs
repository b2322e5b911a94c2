namespace LibvirtBackup.Backups;

/// <summary>A step of a running backup; reported at most some ten times a second per disk.</summary>
/// <param name="Domain">The domain's name.</param>
/// <param name="Disk">The disk's target name.</param>
/// <param name="DoneBytes">Bytes of the disk that are dealt with (read, inherited or known to be zero).</param>
/// <param name="TotalBytes">The disk's virtual size in bytes.</param>
/// <param name="ReadBytes">Bytes read from QEMU so far.</param>
public readonly record struct BackupProgress(
    string Domain, string Disk, long DoneBytes, long TotalBytes, long ReadBytes);
