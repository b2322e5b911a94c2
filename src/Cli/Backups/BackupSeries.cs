using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Failures;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Cli.Progress;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Cli.Backups;

/// <summary>
/// Backups of several domains, one after the other; one that fails does not keep the others from theirs.
/// </summary>
internal sealed class BackupSeries(CommandContext context, LibvirtConnection connection, Repository repository)
{
    private readonly List<BackupReport> _reports = [];
    private readonly List<(string Domain, Failure Failure)> _failures = [];

    /// <summary>What was done.</summary>
    internal IReadOnlyList<BackupReport> Reports => _reports;

    /// <summary>What was not.</summary>
    internal IReadOnlyList<(string Domain, Failure Failure)> Failures => _failures;

    /// <summary>Whether a point has warnings.</summary>
    internal bool HasWarnings => _reports.Any(r => r.Warnings.Count > 0);

    /// <summary>Backs up a domain.</summary>
    /// <param name="request">What and how.</param>
    /// <param name="goOn">True to note a failure instead of throwing it.</param>
    /// <param name="cancellationToken">Ends the backup.</param>
    internal async Task AddAsync(BackupRequest request, bool goOn, CancellationToken cancellationToken)
    {
        try
        {
            var report = await BackupAsync(request, prefix: goOn, cancellationToken);
            _reports.Add(report);
            Print(report);
        }
        catch (Exception e) when (goOn && e is BackupException or LibvirtException)
        {
            var failure = FailureReader.Read(e, "backup", null);
            _failures.Add((request.Domain, failure));
            context.Console.Error.WriteLine($"lvbackup: backup of '{request.Domain}' failed: {failure.Message}");
        }
    }

    private async Task<BackupReport> BackupAsync(
        BackupRequest request, bool prefix, CancellationToken cancellationToken)
    {
        await using var display = TransferDisplays.Create(context);
        var progress = new ProgressRelay<BackupProgress>(
            s => display.Report(prefix ? $"{s.Domain} {s.Disk}" : s.Disk, s.DoneBytes, s.TotalBytes));
        return await context.Get<BackupEngine>()
            .BackupAsync(connection, repository, request, progress, cancellationToken);
    }

    private void Print(BackupReport report)
    {
        foreach (var warning in report.Warnings)
            context.Warn($"{report.Domain}: {warning}");
        context.Note($"{report.Domain}: {Choice.Word(report.Level)} restore point"
            + (report.Reason is { } reason ? $" ({reason})" : ""));
        foreach (var disk in report.Disks)
        {
            context.Note($"{report.Domain}: {disk.Name}: {Choice.Word(disk.Level)}"
                + $", read {SizeText.Format(disk.ReadBytes)} of {SizeText.Format(disk.VirtualSizeBytes)}"
                + $", stored {SizeText.Format(disk.StoredBytes)}"
                + (disk.Reason is { } why && why != report.Reason ? $" ({why})" : ""));
        }

        foreach (var dropped in report.Dropped)
            context.Note($"{report.Domain}: dropped restore point {dropped}; 'lvbackup gc' frees its space");
        if (!context.Settings.Json)
            context.Print(report.Point);
    }
}
