using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Checkpoints;

/// <summary><c>checkpoint-delete --json</c>.</summary>
internal sealed record CheckpointDeletedDocument(
    string Domain, string Checkpoint, bool Children, bool ChildrenOnly, bool MetadataOnly)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/checkpoint-delete/1";
}
