using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>cp --json</c>: what was copied, and where it is now.</summary>
internal sealed record CpDocument(string Path, string Copy)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/cp/1";
}
