using LibvirtBackup.BlockJobs;

namespace LibvirtBackup.Cli.BlockJobs;

/// <summary><c>--json</c> of the block job commands.</summary>
internal sealed record BlockJobDocument(
    string Schema,
    string Domain,
    string Disk,
    IReadOnlyList<string> Images,
    IReadOnlyList<CheckpointStateDocument> Checkpoints,
    IReadOnlyList<string> CarriedBitmaps,
    IReadOnlyList<string> Warnings)
{
    /// <summary>The document of a command.</summary>
    internal static BlockJobDocument Of(string command, BlockJobReport report) => new(
        $"lvbackup/{command}/1",
        report.Domain,
        report.Disk,
        report.Images,
        CheckpointStateDocument.Of(report.Checkpoints),
        report.CarriedBitmaps,
        report.Warnings);
}
