using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>The outcome of one domain's backup.</summary>
public sealed record BackupReport
{
    /// <summary>The id of the new restore point.</summary>
    public required string Point { get; init; }

    /// <summary>The domain's name.</summary>
    public required string Domain { get; init; }

    /// <summary>The track.</summary>
    public required string Track { get; init; }

    /// <summary>The level that was done.</summary>
    public required BackupLevel Level { get; init; }

    /// <summary>Why this level, when it is not the one asked for; else null.</summary>
    public required string? Reason { get; init; }

    /// <summary>The checkpoint made in the same instant, or null.</summary>
    public required string? Checkpoint { get; init; }

    /// <summary>The point whose unchanged data this one shares, or null.</summary>
    public required string? Parent { get; init; }

    /// <summary>What the guest's file systems were like at the instant.</summary>
    public required PointConsistency Consistency { get; init; }

    /// <summary>
    /// Ids of older points that were removed to keep the track within its limit, in the order of removal.
    /// </summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>The disks taken, in the domain's order.</summary>
    public required IReadOnlyList<DiskBackupReport> Disks { get; init; }

    /// <summary>One line each: disks left out, tracking that could not be used, a guest that did not freeze.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
