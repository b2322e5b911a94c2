using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>serve --json</c>; written when clients can connect.</summary>
internal sealed record ServeDocument(IReadOnlyList<string> Uris, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/serve/1";
}
