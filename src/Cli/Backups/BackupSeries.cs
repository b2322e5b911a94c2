using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Commands;
using LibvirtBackup.Cli.Failures;
using LibvirtBackup.Cli.Parsing;
using LibvirtBackup.Cli.Progress;

namespace LibvirtBackup.Cli.Backups;

/// <summary>
/// Backups of several domains, some at a time; one that fails does not keep the others from theirs.
/// </summary>
/// <param name="context">The command.</param>
/// <param name="lanes">What they work with.</param>
/// <param name="domains">The domains.</param>
internal sealed class BackupSeries(CommandContext context, BackupLanes lanes, IReadOnlyList<string> domains)
{
    private readonly BackupReport?[] _reports = new BackupReport?[domains.Count];
    private readonly Failure?[] _failures = new Failure?[domains.Count];
    private readonly Lock _printing = new();

    /// <summary>What was done, in the order of the domains.</summary>
    internal IReadOnlyList<BackupReport> Reports => [.. _reports.OfType<BackupReport>()];

    /// <summary>What was not, in the order of the domains.</summary>
    internal IReadOnlyList<(string Domain, Failure Failure)> Failures =>
        [.. domains.Zip(_failures).Where(d => d.Second is not null).Select(d => (d.First, d.Second!))]; // just asked

    /// <summary>Whether a point has warnings.</summary>
    internal bool HasWarnings => Reports.Any(r => r.Warnings.Count > 0);

    /// <summary>Backs them up. The only one's failure is thrown; of several, each is noted.</summary>
    /// <param name="template">What and how.</param>
    /// <param name="parallel">How many at the same time.</param>
    /// <param name="cancellationToken">Ends those that run, each cleaning up, and begins no other.</param>
    internal async Task RunAsync(BackupRequest template, int parallel, CancellationToken cancellationToken)
    {
        // Several bars would be drawn over the lines of those that end.
        await using var shared = parallel > 1 ? TransferDisplays.CreateLines(context) : null;
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = parallel,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(0, domains.Count, options, async (i, token) =>
            await TryAsync(i, template with { Domain = domains[i] }, shared, token));
    }

    private async Task TryAsync(
        int place, BackupRequest request, ITransferDisplay? shared, CancellationToken cancellationToken)
    {
        try
        {
            var report = await BackupAsync(request, shared, cancellationToken);
            _reports[place] = report;
            lock (_printing) Print(report);
        }
#pragma warning disable CA1031 // Whatever one domain's backup throws becomes its failure, so that it stops no other.
        catch (Exception e) when (domains.Count > 1 && !IsInterruption(e, cancellationToken))
#pragma warning restore CA1031
        {
            var failure = FailureReader.Read(e, "backup", null);
            _failures[place] = failure;
            context.Console.Error.WriteLine($"lvbackup: backup of '{request.Domain}' failed: {failure.Message}");
        }
    }

    private async Task<BackupReport> BackupAsync(
        BackupRequest request, ITransferDisplay? shared, CancellationToken cancellationToken)
    {
        var lane = await lanes.TakeAsync(cancellationToken);
        try
        {
            await using var own = shared is null ? TransferDisplays.Create(context) : null;
            var display = shared ?? own!; // one of them is there
            var progress = new ProgressRelay<BackupProgress>(s => display.Report(
                domains.Count > 1 ? $"{s.Domain} {s.Disk}" : s.Disk, s.DoneBytes, s.TotalBytes));
            return await context.Get<BackupEngine>()
                .BackupAsync(lane.Connection, lane.Repository, request, progress, cancellationToken);
        }
        finally
        {
            lanes.Return(lane);
        }
    }

    private static bool IsInterruption(Exception e, CancellationToken cancellationToken) =>
        e is OperationCanceledException && cancellationToken.IsCancellationRequested;

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
