using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-edit --json</c>.</summary>
internal sealed record CheckpointEditedDocument(string Domain, string Checkpoint, bool Changed)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/checkpoint-edit/1";
}
