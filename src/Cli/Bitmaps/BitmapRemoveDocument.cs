using System.Text.Json.Serialization;
using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.Cli.Bitmaps;

/// <summary><c>bitmap-remove --json</c>.</summary>
internal sealed record BitmapRemoveDocument(
    string Domain, string Disk, string Image, IReadOnlyList<string> Removed, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/bitmap-remove/1";

    internal static BitmapRemoveDocument Of(BitmapReport report) =>
        new(report.Domain, report.Disk, report.File, report.Bitmaps, report.Warnings);
}
