using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-info --json</c>.</summary>
internal sealed record CheckpointInfoDocument(
    string Domain, string Name, string? Parent, int Children, int Descendants)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/checkpoint-info/1";
}
