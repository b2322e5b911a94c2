using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.InstantRecovery;

/// <summary><c>ls --json</c>: the lines of <c>ls -la</c>.</summary>
internal sealed record LsDocument(string Path, IReadOnlyList<string> Lines)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/ls/1";
}
