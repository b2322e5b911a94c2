using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Views;

/// <summary><c>snapshot-close --json</c>.</summary>
internal sealed record SnapshotCloseDocument(IReadOnlyList<string> Closed)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/snapshot-close/1";
}
