using System.Text.Json.Serialization;
using LibvirtBackup.Checkpoints;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-list --json</c>.</summary>
internal sealed record CheckpointListDocument(IReadOnlyList<CheckpointListDocument.ListedCheckpoint> Checkpoints)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/checkpoint-list/1";

    /// <summary>The document of a list.</summary>
    internal static CheckpointListDocument Of(IReadOnlyList<CheckpointSummary> checkpoints) => new(
        [.. checkpoints.Select(c => new ListedCheckpoint(c.Name, c.Parent, c.CreationTime.UtcDateTime, c.Disks))]);

    /// <summary>One checkpoint; the time is UTC.</summary>
    internal sealed record ListedCheckpoint(
        string Name, string? Parent, DateTime CreationTime, IReadOnlyList<CheckpointDisk> Disks);
}
