using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>init --json</c>.</summary>
internal sealed record InitDocument(string Repository, string Location, int ChunkSizeBytes, bool Encrypted)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/init/1";
}
