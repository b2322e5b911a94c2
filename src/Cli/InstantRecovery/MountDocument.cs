using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>mount --json</c>: the directories that are mounted.</summary>
internal sealed record MountDocument(IReadOnlyList<string> MountPoints, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/mount/1";
}
