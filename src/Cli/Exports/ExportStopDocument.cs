using System.Text.Json.Serialization;

namespace LibvirtBackup.Cli.Exports;

/// <summary><c>export-stop --json</c>.</summary>
internal sealed record ExportStopDocument(IReadOnlyList<string> Stopped)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/export-stop/1";
}
