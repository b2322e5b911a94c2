using System.Text.Json.Serialization;
using LibvirtBackup.Imports;

namespace LibvirtBackup.Cli.Imports;

/// <summary><c>import --json</c>.</summary>
internal sealed record ImportDocument(IReadOnlyList<ImportedPoint> Points, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/import/1";
}
