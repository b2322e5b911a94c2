using System.Text.Json.Serialization;
using LibvirtBackup.Cli.ImageSets;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Pushes;

namespace LibvirtBackup.Cli.Pushes;

/// <summary><c>push --json</c>.</summary>
internal sealed record PushDocument(
    string Point, string Directory, string Domain, string Level, string? Reason, string? Checkpoint, string? Parent,
    IReadOnlyList<ImageEntry> Disks, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/push/1";

    /// <summary>The document of a report.</summary>
    internal static PushDocument Of(PushReport report) => new(
        report.Point, report.Directory, report.Domain, Choice.Word(report.Level), report.Reason, report.Checkpoint,
        report.Parent, [.. report.Disks.Select(ImageEntry.Of)], report.Warnings);
}
