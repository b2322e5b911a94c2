using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Planning;

/// <summary>How one disk is taken.</summary>
internal sealed record DiskPlan
{
    internal required SelectedDisk Disk { get; init; }

    internal required BackupLevel Level { get; init; }

    /// <summary>Why not the level asked for.</summary>
    internal required string? Reason { get; init; }

    /// <summary>The disk of the base point, or null to read everything.</summary>
    internal required RestorePointDisk? Parent { get; init; }

    /// <summary>
    /// The image that held the disk at the base point, where others lie over it now; else null.
    /// </summary>
    internal DiskLayer? BuriedImage { get; init; }
}
