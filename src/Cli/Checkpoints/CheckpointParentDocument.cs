using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-parent --json</c>.</summary>
internal sealed record CheckpointParentDocument(string Name, string? Parent)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/checkpoint-parent/1";
}
