using LibvirtBackup.BlockJobs;

namespace LibvirtBackup.Snapshots;

/// <summary>What was done with a snapshot.</summary>
internal sealed record SnapshotReport
{
    /// <summary>The domain's name.</summary>
    public required string Domain { get; init; }

    /// <summary>The snapshot.</summary>
    public required string Snapshot { get; init; }

    /// <summary>The checkpoint that was made with it, or null.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>How long the guest was paused; null when it was not.</summary>
    public TimeSpan? Paused { get; init; }

    /// <summary>
    /// True when the guest stood still from the checkpoint to the snapshot; null without a checkpoint.
    /// </summary>
    public bool? SameInstant { get; init; }

    /// <summary>Every other checkpoint of the domain, whoever made it; empty where nobody can tell.</summary>
    public required IReadOnlyList<CheckpointAfterJob> Checkpoints { get; init; }

    /// <summary>What the user has to know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
