using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>forget --json</c>: the ids of the points that are gone.</summary>
internal sealed record ForgetDocument(IReadOnlyList<string> Removed, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/forget/1";
}
