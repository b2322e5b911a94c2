using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>show --json</c>; the time is UTC.</summary>
internal sealed record ShowDocument(
    string Point, string RepositoryId, string Domain, Guid DomainUuid, string Track, int Generation, int Sequence,
    string Level, string? Reason, DateTime Time, string? Parent, string? Checkpoint, bool Quiesced, string MadeBy,
    IReadOnlyList<ShowDocument.ShownDisk> Disks, IReadOnlyList<string> Warnings, string DomainXml)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/show/1";

    /// <summary>The document of a point.</summary>
    internal static ShowDocument Of(RestorePoint point) => new(
        point.Id, point.RepositoryId, point.Domain, point.DomainUuid, point.Track, point.Generation, point.Sequence,
        Choice.Word(point.Level), point.Reason, point.Time.UtcDateTime, point.Parent, point.Checkpoint, point.Quiesced,
        point.MadeBy, [.. point.Disks.Select(ShownDisk.Of)], point.Warnings, point.DomainXml);

    /// <summary>A disk of the point.</summary>
    internal sealed record ShownDisk(
        string Name, long VirtualSizeBytes, string Format, string Level, string? Reason, string Root, string? DirtyMap,
        long ReadBytes, long DirtyBytes, long StoredBytes)
    {
        internal static ShownDisk Of(RestorePointDisk disk) => new(
            disk.Name, disk.VirtualSizeBytes, disk.Format, Choice.Word(disk.Level), disk.Reason, disk.Root,
            disk.DirtyMap, disk.ReadBytes, disk.DirtyBytes, disk.StoredBytes);
    }
}
