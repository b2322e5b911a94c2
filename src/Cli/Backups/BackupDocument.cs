using System.Text.Json.Serialization;
using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Failures;
using LibvirtBackup.Cli.Parsing;

namespace LibvirtBackup.Cli.Backups;

/// <summary><c>backup --json</c>.</summary>
internal sealed record BackupDocument(
    IReadOnlyList<BackupDocument.TakenPoint> Points, IReadOnlyList<string> Warnings,
    IReadOnlyList<BackupDocument.FailedDomain> Failures)
{
    /// <summary>The document's name and version.</summary>
    [JsonPropertyOrder(-1)]
    public string Schema => "lvbackup/backup/1";

    /// <summary>The document of what was done and what was not.</summary>
    internal static BackupDocument Of(
        IReadOnlyList<BackupReport> reports, IReadOnlyList<(string Domain, Failure Failure)> failures) => new(
        [.. reports.Select(TakenPoint.Of)],
        [.. reports.SelectMany(r => r.Warnings.Select(w => $"{r.Domain}: {w}"))],
        [.. failures.Select(f => FailedDomain.Of(f.Domain, f.Failure))]);

    /// <summary>A restore point.</summary>
    internal sealed record TakenPoint(
        string Point, string Domain, string Track, string Level, string? Reason, string? Checkpoint, string? Parent,
        string Consistency, IReadOnlyList<TakenDisk> Disks, IReadOnlyList<string> Dropped)
    {
        internal static TakenPoint Of(BackupReport report) => new(
            report.Point, report.Domain, report.Track, Choice.Word(report.Level), report.Reason, report.Checkpoint,
            report.Parent, Choice.Word(report.Consistency), [.. report.Disks.Select(TakenDisk.Of)], report.Dropped);
    }

    /// <summary>A disk of a point.</summary>
    internal sealed record TakenDisk(
        string Name, string Level, string? Reason, long VirtualSizeBytes, long ReadBytes, long DirtyBytes,
        long StoredBytes)
    {
        internal static TakenDisk Of(DiskBackupReport disk) => new(
            disk.Name, Choice.Word(disk.Level), disk.Reason, disk.VirtualSizeBytes, disk.ReadBytes, disk.DirtyBytes,
            disk.StoredBytes);
    }

    /// <summary>A domain of which no point was taken.</summary>
    internal sealed record FailedDomain(string Domain, int ExitCode, string Message, LibvirtCodes? Libvirt)
    {
        internal static FailedDomain Of(string domain, Failure failure) =>
            new(domain, failure.ExitCode, failure.Message, failure.Libvirt);
    }
}
