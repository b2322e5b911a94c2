using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>show --json</c>; the time is UTC.</summary>
internal sealed record ShowDocument(
    string Point, string RepositoryId, string Domain, Guid DomainUuid, string Track, int Generation, int Sequence,
    string Level, string? Reason, DateTime Time, string? Parent, string? Checkpoint, bool Quiesced, string Consistency,
    PointFreeze? Freeze, bool WasRunning,
    string MadeBy, PointHost? Host, ShowDocument.ShownTimings? Timings, IReadOnlyList<ShowDocument.ShownDisk> Disks,
    IReadOnlyList<ShowDocument.ShownFile> Attachments, IReadOnlyDictionary<string, string> GuestInfo,
    IReadOnlyList<string> Warnings, bool Autostart, bool HasSecrets, string DomainXml)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/show/1";

    /// <summary>The document of a point.</summary>
    internal static ShowDocument Of(RestorePoint point) => new(
        point.Id, point.RepositoryId, point.Domain, point.DomainUuid, point.Track, point.Generation, point.Sequence,
        Choice.Word(point.Level), point.Reason, point.Time.UtcDateTime, point.Parent, point.Checkpoint, point.Quiesced,
        Choice.Word(point.Consistency), point.Freeze, point.WasRunning, point.MadeBy, point.Host,
        point.Timings is { } timings ? ShownTimings.Of(timings) : null,
        [.. point.Disks.Select(ShownDisk.Of)], [.. point.Attachments.Select(ShownFile.Of)], point.GuestInfo,
        point.Warnings, point.Autostart, point.HasSecrets, point.DomainXml);

    /// <summary>A disk of the point.</summary>
    internal sealed record ShownDisk(
        string Name, long VirtualSizeBytes, string Format, DiskImageProperties? Image,
        IReadOnlyList<DiskLayer>? Layers, string Level, string? Reason, string Root, IReadOnlyList<string>? DirtyMap,
        long ReadBytes, long DirtyBytes, long StoredBytes)
    {
        internal static ShownDisk Of(RestorePointDisk disk) => new(
            disk.Name, disk.VirtualSizeBytes, disk.Format, disk.Image, disk.Layers, Choice.Word(disk.Level),
            disk.Reason, disk.Root, disk.DirtyMap, disk.ReadBytes, disk.DirtyBytes, disk.StoredBytes);
    }

    /// <summary>A file of the point; its mode is octal.</summary>
    internal sealed record ShownFile(string Role, string Path, long SizeBytes, string Mode, string Root)
    {
        internal static ShownFile Of(PointAttachment file) => new(
            Choice.Word(file.Role), file.Path, file.SizeBytes, Convert.ToString(file.Mode, 8), file.Root);
    }

    /// <summary>How long the parts of the backup took.</summary>
    internal sealed record ShownTimings(double? FrozenSeconds, double? BeginSeconds, double CopySeconds)
    {
        internal static ShownTimings Of(PointTimings timings) => new(
            timings.Frozen?.TotalSeconds, timings.Begin?.TotalSeconds, timings.Copy.TotalSeconds);
    }
}
