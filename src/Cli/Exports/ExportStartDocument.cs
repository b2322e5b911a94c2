using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>export-start --json</c>.</summary>
internal sealed record ExportStartDocument(
    string Name, int ProcessId, IReadOnlyList<string> Uris, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/export-start/1";
}
