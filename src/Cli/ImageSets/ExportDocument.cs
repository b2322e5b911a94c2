using System.Text.Json.Serialization;
using LibvirtBackup.ImageSets;

namespace LibvirtBackup.Cli.ImageSets;

/// <summary><c>export --json</c>.</summary>
internal sealed record ExportDocument(
    IReadOnlyList<ExportDocument.WrittenPoint> Points, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/export/1";

    /// <summary>The document of a report.</summary>
    internal static ExportDocument Of(ImageExportReport report) =>
        new([.. report.Points.Select(WrittenPoint.Of)], report.Warnings);

    /// <summary>A point of the set.</summary>
    internal sealed record WrittenPoint(
        string RestorePoint, string Point, string Directory, string? Parent, bool IsNew,
        IReadOnlyList<ImageEntry> Disks)
    {
        internal static WrittenPoint Of(ExportedImagePoint point) => new(
            point.RestorePoint, point.Point, point.Directory, point.Parent, point.IsNew,
            [.. point.Disks.Select(ImageEntry.Of)]);
    }
}
