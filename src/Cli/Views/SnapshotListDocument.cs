using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Views;

/// <summary><c>snapshot-list --json</c>.</summary>
internal sealed record SnapshotListDocument(IReadOnlyList<ViewEntry> Views)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/snapshot-list/1";
}
