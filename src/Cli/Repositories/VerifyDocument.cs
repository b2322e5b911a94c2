using System.Text.Json.Serialization;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Maintenance.Sources;

namespace LibvirtBackup.Cli.Repositories;

/// <summary><c>verify --json</c>.</summary>
internal sealed record VerifyDocument(
    bool Ok, IReadOnlyList<VerifyDocument.Verified> Points, IReadOnlyList<VerifyDocument.Found> Problems,
    long CheckedBlobs, long CheckedBytes, VerifyDocument.Compared? Source, IReadOnlyList<string> Warnings)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/verify/1";

    /// <summary>The document of what is stored.</summary>
    internal static VerifyDocument Of(VerifyReport report) => new(
        report.IsGood, [.. report.Points.Select(Verified.Of)],
        Found.Of(report.Problems), report.CheckedBlobs, report.CheckedBytes, Source: null, report.Warnings);

    /// <summary>The document of a comparison with live disks.</summary>
    internal static VerifyDocument Of(SourceReport report)
    {
        var problems = Found.Of([.. report.Disks.SelectMany(disk => disk.Problems)]);
        return new VerifyDocument(
            report.IsGood, [new Verified(report.Point, report.IsGood, problems)], [], 0, 0,
            new Compared(report.Point, report.Domain, report.Seed, [.. report.Disks.Select(ComparedDisk.Of)]), []);
    }

    /// <summary>A point.</summary>
    internal sealed record Verified(string Point, bool Ok, IReadOnlyList<Found> Problems)
    {
        internal static Verified Of(VerifiedPoint point) => new(point.Id, point.IsGood, Found.Of(point.Problems));
    }

    /// <summary>A problem.</summary>
    internal sealed record Found(string? Disk, long? OffsetBytes, long? LengthBytes, string Object, string Message)
    {
        internal static IReadOnlyList<Found> Of(IReadOnlyList<VerifyProblem> problems) => [.. problems.Select(
            p => new Found(p.Disk, p.OffsetBytes, p.LengthBytes, p.StoredObject, p.Message))];
    }

    /// <summary>What was compared with live disks.</summary>
    internal sealed record Compared(
        string Point, string Domain, int Seed, IReadOnlyList<ComparedDisk> Disks);

    /// <summary>How a disk compares; what is untracked differs perhaps by the guest's own writes.</summary>
    internal sealed record ComparedDisk(
        string Name, long ComparedBytes, long ChangedBytes, long DifferentBytes, string? Untracked,
        string? DistrustedCheckpoint, Sureness? Confidence)
    {
        internal static ComparedDisk Of(SourceDiskReport disk) => new(
            disk.Name, disk.ComparedBytes, disk.ChangedBytes, disk.DifferentBytes, disk.Untracked, disk.Distrusted,
            disk.Confidence is { } sure
                ? new Sureness(sure.SampledChunks, sure.OutsideChunks, sure.RateBelow, sure.Probability)
                : null);
    }

    /// <summary>
    /// With the probability, the rate of chunks that changed without any bitmap's knowledge is below this one.
    /// </summary>
    internal sealed record Sureness(long SampledChunks, long OutsideChunks, double RateBelow, double Probability);
}
