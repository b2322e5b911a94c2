using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Views;

/// <summary><c>snapshot-open --json</c> and <c>snapshot-show --json</c>.</summary>
internal sealed record SnapshotViewDocument(string Schema, ViewEntry View, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema { get; } = $"lvbackup/{Schema}/1";
}
