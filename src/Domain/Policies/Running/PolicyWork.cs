using LibvirtBackup.Backups;
using LibvirtBackup.InstantRecovery.Proofs;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Policies.Planning;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Retention;

namespace LibvirtBackup.Policies.Running;

/// <summary>
/// A policy's work on a real host. Tasks run side by side: each has its own view of the repository, and its own
/// connection, of which libvirtd serves five calls at once; guests whose agents hang would keep others frozen.
/// </summary>
internal sealed class PolicyWork(
    Policy policy, LibvirtConnection connection, PolicyAccess access, PolicyTools tools) : IPolicyWork
{
    /// <inheritdoc/>
    public async Task<PolicyHistory> ReadHistoryAsync(CancellationToken cancellationToken)
    {
        using var repository = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var (points, _) = await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
        return new PolicyHistory
        {
            Domains = await SelectedDomains.FindAsync(connection, policy.Domains, cancellationToken)
                .ConfigureAwait(false),
            Points = points,
            Damaged = await repository.ListDamagedPointsAsync(cancellationToken).ConfigureAwait(false),
        };
    }

    /// <inheritdoc/>
    public async Task<TaskReport> DoAsync(PolicyDecision task, CancellationToken cancellationToken)
    {
        using var repository = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return task.Kind switch
        {
            PolicyTaskKind.Backup =>
                await OnHostAsync(host => BackupAsync(host, repository, task, cancellationToken), cancellationToken)
                    .ConfigureAwait(false),
            PolicyTaskKind.Sample =>
                await VerifyAsync(repository, "sample", VerifyDepth.Sample, cancellationToken).ConfigureAwait(false),
            PolicyTaskKind.Verify =>
                await VerifyAsync(repository, "verify", VerifyDepth.Full, cancellationToken).ConfigureAwait(false),
            PolicyTaskKind.TestRestore =>
                await OnHostAsync(host => TestAsync(host, repository, task, cancellationToken), cancellationToken)
                    .ConfigureAwait(false),
        };
    }

    /// <inheritdoc/>
    public async Task<TaskReport> PruneAsync(
        IReadOnlyList<PolicyDomain> domains, CancellationToken cancellationToken)
    {
        using var repository = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var points = (await PointsAsync(repository, cancellationToken).ConfigureAwait(false))
            .Where(point => domains.Any(domain => domain.Uuid == point.DomainUuid));
        var decisions = await Pruner
            .DecideAsync(repository, points, policy.Retention!, policy.Zone, cancellationToken) // asked only with rules
            .ConfigureAwait(false);
        await Pruner.RemoveAsync(repository, decisions, cancellationToken).ConfigureAwait(false);
        var removed = decisions.Where(decision => !decision.Keep).Select(decision => decision.Point.Id).ToList();
        return new TaskReport
        {
            Task = "prune",
            Outcome = TaskOutcome.Done,
            Removed = removed,
            Message = $"removed {removed.Count} of {decisions.Count} points"
                + (removed.Count > 0 && policy.FreeSpace
                    ? await FreeAsync(repository, cancellationToken).ConfigureAwait(false) : ""),
        };
    }

    private Task<Repository> OpenAsync(CancellationToken cancellationToken) =>
        access.OpenAsync(policy.Repository, cancellationToken);

    private async Task<IEnumerable<PointSummary>> PointsAsync(
        Repository repository, CancellationToken cancellationToken) =>
        (await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false)).Points
            .Where(point => point.Track == policy.Backup.Track);

    private async Task<TaskReport> OnHostAsync(
        Func<LibvirtConnection, Task<TaskReport>> work, CancellationToken cancellationToken)
    {
        var host = await access.ConnectAsync(policy.Connect, cancellationToken).ConfigureAwait(false);
        await using var closing = host.ConfigureAwait(false);
        return await work(host).ConfigureAwait(false);
    }

    private async Task<TaskReport> BackupAsync(
        LibvirtConnection host, Repository repository, PolicyDecision task, CancellationToken cancellationToken)
    {
        var domain = task.Domain!; // a backup has one
        if (domain.Refusal is { } refusal) throw new BackupException(FailureKind.Failed, refusal);
        // By its UUID: a name may look like an id.
        var request = policy.Backup with { Domain = domain.Uuid.ToString() };
        var warnings = new List<string>();
        BackupReport report;
        try
        {
            report = await tools.Backups.BackupAsync(
                host, repository, request with { Level = Asked(task.Level) }, null, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (BackupException e) when (
            task.Level == BackupLevel.Differential && e.Kind == FailureKind.NotSupported)
        {
            warnings.Add($"a full instead of a differential: {e.Message}");
            report = await tools.Backups.BackupAsync(
                host, repository, request with { Level = BackupLevel.Full }, null, cancellationToken)
                .ConfigureAwait(false);
        }

        return new TaskReport
        {
            Task = "backup",
            Domain = domain.Name,
            Outcome = TaskOutcome.Done,
            Point = report.Point,
            Level = report.Level,
            Message = report.Reason,
            ReadBytes = report.Disks.Sum(disk => disk.ReadBytes),
            StoredBytes = report.Disks.Sum(disk => disk.StoredBytes),
            Warnings = [.. warnings, .. report.Warnings],
        };
    }

    /// <summary>Where no increment is safe, everything is to be read.</summary>
    private static BackupLevel Asked(BackupLevel? level) => level switch
    {
        BackupLevel.Full or BackupLevel.Differential => level.Value,
        _ => BackupLevel.Auto,
    };

    private async Task<TaskReport> VerifyAsync(
        Repository repository, string name, VerifyDepth depth, CancellationToken cancellationToken)
    {
        var domains = await SelectedDomains.FindAsync(connection, policy.Domains, cancellationToken)
            .ConfigureAwait(false);
        var points = (await PointsAsync(repository, cancellationToken).ConfigureAwait(false))
            .Where(point => domains.Any(domain => domain.Uuid == point.DomainUuid)).Select(point => point.Id).ToList();
        if (points.Count == 0)
            return new TaskReport { Task = name, Outcome = TaskOutcome.Done, Message = "there is no point to verify" };
        var request = new VerifyRequest
        {
            Points = points, Depth = depth, SamplePercent = policy.Verification.SamplePercent,
        };
        var report = await RepositoryVerifier.VerifyAsync(repository, request, null, cancellationToken)
            .ConfigureAwait(false);
        var bad = report.Points.Where(point => !point.IsGood).Select(point => point.Id).ToList();
        return new TaskReport
        {
            Task = name,
            Outcome = report.IsGood ? TaskOutcome.Done : TaskOutcome.Bad,
            Failure = report.IsGood ? null : FailureKind.Integrity,
            Message = report.IsGood ? $"{points.Count} points are good"
                : $"stored data is damaged: {bad.Count} of {points.Count} points do not restore "
                    + $"({string.Join(", ", bad.Take(3))}{(bad.Count > 3 ? ", ..." : "")}); run 'lvbackup verify', "
                    + "then 'lvbackup repair'",
            Warnings = report.Warnings,
        };
    }

    private async Task<TaskReport> TestAsync(
        LibvirtConnection host, Repository repository, PolicyDecision task, CancellationToken cancellationToken)
    {
        var domain = task.Domain!; // a test has one
        var newest = (await PointsAsync(repository, cancellationToken).ConfigureAwait(false))
            .Where(point => point.DomainUuid == domain.Uuid).MaxBy(point => point.Time)
            ?? throw new BackupException(FailureKind.Failed, $"domain '{domain.Name}' has no point to test");
        // One report per domain: a year of tests must not fill the disk.
        var directory = Path.Combine(
            PolicyNotesFile.DirectoryOf(tools.StateDirectory), "tests", policy.Name, domain.Uuid.ToString());
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        var request = new ProofRequest
        {
            Point = newest.Id,
            Directory = policy.Verification.TestDirectory is { } place
                ? Path.Combine(place, $"lvbackup-test-{domain.Uuid}") : null,
            ReportDirectory = directory,
            Timeout = policy.Verification.TestTimeout,
            ConsoleText = policy.Verification.TestConsole,
            RunTime = policy.Verification.TestRunTime,
        };
        var report = await tools.Prover.ProveAsync(host, repository, request, cancellationToken)
            .ConfigureAwait(false);
        return new TaskReport
        {
            Task = "test-restore",
            Domain = domain.Name,
            Point = newest.Id,
            Outcome = report.Ok ? TaskOutcome.Done : TaskOutcome.Bad,
            Failure = report.Ok ? null : FailureKind.Failed,
            Message = report.Ok ? null
                : $"point {newest.Id} does not prove itself: {report.Failure}; see '{directory}'",
            Warnings = report.Warnings,
        };
    }

    private async Task<string> FreeAsync(Repository repository, CancellationToken cancellationToken)
    {
        try
        {
            var report = await tools.Collector.CollectAsync(repository, cancellationToken).ConfigureAwait(false);
            return $", freed {SizeText.Format(Math.Max(0, report.RemovedBytes - report.WrittenBytes))}";
        }
        catch (BackupException e) when (e.Kind == FailureKind.Busy)
        {
            return $"; their space is freed later: {e.Message}";
        }
    }
}
