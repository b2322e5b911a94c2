namespace LibvirtBackup.Backups;

/// <summary>What was done for one disk.</summary>
public sealed record DiskBackupReport
{
    /// <summary>The target name (<c>vda</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The level that was done for this disk.</summary>
    public required BackupLevel Level { get; init; }

    /// <summary>Why this level, when it is not the one asked for; else null.</summary>
    public required string? Reason { get; init; }

    /// <summary>The size that the guest sees, in bytes.</summary>
    public required long VirtualSizeBytes { get; init; }

    /// <summary>Bytes read from QEMU.</summary>
    public required long ReadBytes { get; init; }

    /// <summary>Bytes that QEMU reported as changed since the base checkpoint; the virtual size for a full.</summary>
    public required long DirtyBytes { get; init; }

    /// <summary>Bytes added to the repository for this disk, after deduplication and compression.</summary>
    public required long StoredBytes { get; init; }
}
