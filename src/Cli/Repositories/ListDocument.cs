using System.Text.Json.Serialization;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>list --json</c>.</summary>
internal sealed record ListDocument(IReadOnlyList<ListDocument.ListedPoint> Points, IReadOnlyList<string> Damaged)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/list/1";

    /// <summary>One point; the time is UTC.</summary>
    internal sealed record ListedPoint(
        string Point, string Domain, Guid DomainUuid, string Track, int Generation, int Sequence, string Level,
        DateTime Time, string? Parent, string? Checkpoint, IReadOnlyList<ListedDisk> Disks)
    {
        internal static ListedPoint Of(PointSummary point) => new(
            point.Id, point.Domain, point.DomainUuid, point.Track, point.Generation, point.Sequence,
            Choice.Word(point.Level), point.Time.UtcDateTime, point.Parent, point.Checkpoint,
            [.. point.Disks.Select(d => new ListedDisk(d.Name, d.VirtualSizeBytes))]);
    }

    /// <summary>A disk of a point.</summary>
    internal sealed record ListedDisk(string Name, long VirtualSizeBytes);
}
