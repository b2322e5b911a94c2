namespace LibvirtBackup.Repositories.Locks;

/// <summary>Checkpoints whose bitmaps on a disk missed changes: backups read the disk whole.</summary>
/// <param name="Checkpoints">Their names, which are never used again.</param>
/// <param name="Disk">The disk's target name.</param>
/// <param name="Reason">How that was found out.</param>
internal sealed record DistrustedDocument(IReadOnlyList<string> Checkpoints, string Disk, string Reason);
