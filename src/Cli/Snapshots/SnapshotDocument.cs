using LibvirtBackup.Cli.BlockJobs;
using LibvirtBackup.Snapshots;

namespace LibvirtBackup.Cli.Snapshots;

/// <summary><c>--json</c> of the snapshot commands.</summary>
internal sealed record SnapshotDocument(
    string Schema,
    string Domain,
    string Snapshot,
    string? Checkpoint,
    bool? SameInstant,
    double? PausedSeconds,
    IReadOnlyList<CheckpointStateDocument> Checkpoints,
    IReadOnlyList<string> Warnings)
{
    /// <summary>The document of a command.</summary>
    internal static SnapshotDocument Of(string command, SnapshotReport report) => new(
        $"lvbackup/{command}/1",
        report.Domain,
        report.Snapshot,
        report.Checkpoint,
        report.SameInstant,
        report.Paused?.TotalSeconds,
        CheckpointStateDocument.Of(report.Checkpoints),
        report.Warnings);
}
