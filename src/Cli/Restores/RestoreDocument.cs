using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Cli.Restores;

/// <summary><c>restore --json</c>.</summary>
internal sealed record RestoreDocument(
    string Point, IReadOnlyList<RestoreDocument.WrittenDisk> Disks, RestoredDomain? Domain,
    IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/restore/1";

    /// <summary>The document of a report.</summary>
    internal static RestoreDocument Of(RestoreReport report) => new(
        report.Point,
        [.. report.Disks.Select(WrittenDisk.Of)],
        report.Domain,
        report.Warnings);

    /// <summary>A file that was written.</summary>
    internal sealed record WrittenDisk(string Name, string Path, string Format, long WrittenBytes, bool Verified)
    {
        internal static WrittenDisk Of(RestoredDisk disk) =>
            new(disk.Name, disk.Path, Choice.Word(disk.Format), disk.WrittenBytes, disk.Verified);
    }
}
