using System.Text.Json.Serialization;
using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.Cli.Bitmaps;

/// <summary><c>bitmap-merge --json</c>; the checkpoint is null without <c>--adopt</c>.</summary>
internal sealed record BitmapMergeDocument(
    string Domain, string Disk, string Image, string Bitmap, IReadOnlyList<string> Sources, string? Checkpoint)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/bitmap-merge/1";

    internal static BitmapMergeDocument Of(BitmapReport report, BitmapMerge merge) =>
        new(report.Domain, report.Disk, report.File, merge.Into, merge.Sources, report.Checkpoint);
}
