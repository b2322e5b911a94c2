using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Planning;

/// <summary>What a run will do.</summary>
internal sealed record BackupPlan
{
    internal required BackupLevel Level { get; init; }

    /// <summary>Why not the level asked for.</summary>
    internal required string? Reason { get; init; }

    /// <summary>The point that unchanged data comes from; null when no disk has one.</summary>
    internal required RestorePoint? Base { get; init; }

    internal required int Generation { get; init; }

    internal required int Sequence { get; init; }

    /// <summary>The checkpoint to make, or null.</summary>
    internal required string? NewCheckpoint { get; init; }

    /// <summary>Our checkpoints of this track that stay when the point exists, besides the new one.</summary>
    internal required IReadOnlyList<string> KeptCheckpoints { get; init; }

    /// <summary>Those of them that the request asks for: they stay whatever the level becomes.</summary>
    internal IReadOnlyList<string> AskedCheckpoints { get; init; } = [];

    internal required IReadOnlyList<DiskPlan> Disks { get; init; }

    /// <summary>Points to remove when the new one exists, in that order.</summary>
    internal IReadOnlyList<PointSummary> Dropped { get; init; } = [];

    /// <summary>Does what was planned without the base: after libvirt has refused it.</summary>
    internal BackupPlan WithoutBase(string reason) => this with
    {
        Level = BackupLevel.Full,
        Reason = reason,
        Base = null,
        Generation = Generation + 1,
        NewCheckpoint = CheckpointNaming.TryParse(NewCheckpoint ?? "", out var parts)
            ? (parts with { Generation = Generation + 1 }).ToString()
            : NewCheckpoint,
        KeptCheckpoints = AskedCheckpoints,
        Disks = [.. Disks.Select(disk => disk with
        {
            Level = BackupLevel.Full,
            Reason = disk.Reason ?? reason,
            Parent = null,
        })],
    };
}
