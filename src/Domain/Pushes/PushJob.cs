using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Pushes;

/// <summary>libvirt's push-mode backup job of one domain.</summary>
internal sealed class PushJob(LibvirtDomain domain, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the event of an end may be on its way; it is sent when the job ends.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    private JobEnds? _ends; // set when it begins

    /// <summary>The job's definition: every disk with its own mode.</summary>
    internal static string Describe(BackupPlan plan, IReadOnlyList<PushTarget> targets) => new DomainBackupXml
    {
        Mode = DomainBackupMode.Push,
        Disks = [.. targets.Select(target => new DomainBackupDisk
        {
            Name = target.Plan.Disk.Disk.Target,
            Backup = true,
            Type = target.IsDevice ? DiskStorageType.Block : DiskStorageType.File,
            BackupMode = target.Plan.Parent is null ? DomainBackupDiskMode.Full : DomainBackupDiskMode.Incremental,
            Incremental = target.Plan.Parent is null ? null : CheckpointName.Parse(plan.Base!.Checkpoint!),
            DriverType = new ImageFormat(target.Format),
            Target = new DomainBackupStorage { Path = target.Path },
        })],
    }.ToXml();

    /// <summary>Begins the job; never cancelled half-way, since libvirt would go on with it.</summary>
    internal async Task BeginAsync(BackupPlan plan, IReadOnlyList<PushTarget> targets)
    {
        // Ends of earlier jobs must not be taken for that of this one.
        await DisposeAsync().ConfigureAwait(false);
        _ends = await JobEnds.WatchAsync(domain).ConfigureAwait(false);
        await domain.BeginBackupAsync(
            Describe(plan, targets),
            PullJob.DescribeCheckpoint(plan),
            VirDomainBackupBeginFlags.ReuseExternal,
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Limits what the job writes, each disk by its share.</summary>
    internal async Task LimitAsync(
        IReadOnlyList<PushTarget> targets, long bytesPerSecond, CancellationToken cancellationToken)
    {
        foreach (var target in targets)
        {
            try
            {
                await domain.SetBlockJobSpeedAsync(
                    target.Name, (ulong)Math.Max(1, bytesPerSecond / targets.Count), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (LibvirtException) when (domain.Connection.Closed is { IsCompleted: false })
            {
                // The job of this disk is over, or about to be.
            }
        }
    }

    /// <summary>Waits for the end of the job, which goes on by itself.</summary>
    /// <param name="targets">What it writes.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="look">Called at each look; throws to give up.</param>
    /// <param name="cancellationToken">Stops waiting; the job goes on.</param>
    /// <exception cref="BackupException">It failed, or somebody ended it, or that cannot be told.</exception>
    internal async Task WaitAsync(
        IReadOnlyList<PushTarget> targets, IProgress<PushProgress>? progress, Action look,
        CancellationToken cancellationToken)
    {
        var paths = targets.Select(target => target.Path).ToHashSet(StringComparer.Ordinal);
        long? untold = null;
        while (true)
        {
            var socket = await PullJob.GetSocketAsync(domain, cancellationToken).ConfigureAwait(false);
            var hasJob = await PullJob.FindJobAsync(domain, cancellationToken).ConfigureAwait(false) == "backup";
            switch (See(_ends!.Seen.Count, socket, hasJob, paths)) // begun, so set
            {
                case JobSight.Running:
                    look();
                    await ReportAsync(progress, cancellationToken).ConfigureAwait(false);
                    break;
                case JobSight.Ended when _ends.Seen[0].Success == true:
                    return;
                case JobSight.Ended:
                    throw await FailAsync(_ends.Seen[0]).ConfigureAwait(false);
                case JobSight.Mixed:
                    throw Mixed();
                case JobSight.Untold:
                    untold ??= time.GetTimestamp();
                    var isRunning = await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false);
                    if (isRunning && time.GetElapsedTime(untold.Value) < s_grace) break;
                    throw socket is null ? await FailAsync(null).ConfigureAwait(false) : Mixed();
            }

            await Task.Delay(s_interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What is to be seen of our job. Pure.</summary>
    /// <param name="ends">How many backup jobs have ended since just before it began.</param>
    /// <param name="socket">What the running backup job writes first, or its socket; null where none is defined.
    /// </param>
    /// <param name="hasJob">Whether a backup job holds the domain.</param>
    /// <param name="ours">What our job writes.</param>
    internal static JobSight See(int ends, string? socket, bool hasJob, IReadOnlySet<string> ours) =>
        ends > 1 ? JobSight.Mixed
        : socket is not null && ours.Contains(socket) ? JobSight.Running
        : ends == 1 ? JobSight.Ended
        : socket is null && hasJob ? JobSight.Running
        : JobSight.Untold;

    public async ValueTask DisposeAsync()
    {
        if (_ends is not null) await _ends.DisposeAsync().ConfigureAwait(false);
        _ends = null;
    }

    private BackupException Mixed() => new(
        FailureKind.Failed,
        $"push of domain '{domain.Name}' failed: another backup of the domain began before the end of ours could be "
        + "seen; no point was made, the next push covers the gap");

    private async Task<BackupException> FailAsync(DomainJobCompletedEvent? end)
    {
        var last = end is null ? null : await TryReadEndAsync().ConfigureAwait(false);
        var isRunning = await domain.IsActiveAsync(CancellationToken.None).ConfigureAwait(false);
        return new BackupException(FailureKind.Failed, Explain(last, isRunning));
    }

    private string Explain(DomainJobStats? end, bool isRunning)
    {
        var why = end switch
        {
            _ when !isRunning => "the domain was stopped meanwhile",
            null => "libvirt does not tell how the job ended",
            { Type: VirDomainJobType.Cancelled } => "somebody has ended libvirt's backup job meanwhile",
            { ErrorMessage: { Length: > 0 } said } => $"QEMU says: {said}",
            _ => "QEMU could not write it, or not read the disk; its log tells more "
                + $"(/var/log/libvirt/qemu/{domain.Name}.log)",
        };
        return $"push of domain '{domain.Name}' failed: {why}; no point was made, the next push covers the gap";
    }

    private async Task ReportAsync(IProgress<PushProgress>? progress, CancellationToken cancellationToken)
    {
        if (progress is null) return;
        try
        {
            var job = await domain.GetJobStatsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            if (job is { DiskTotal: > 0 and { } total, DiskProcessed: { } done })
                progress.Report(new PushProgress(domain.Name, done, total));
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.InternalError)
        {
            // "backup job data missing": it is just ending.
        }
    }

    private async Task<DomainJobStats?> TryReadEndAsync()
    {
        try
        {
            var end = await domain.GetJobStatsAsync(VirDomainGetJobStatsFlags.Completed, CancellationToken.None)
                .ConfigureAwait(false);
            return end.Operation == VirDomainJobOperation.Backup ? end : null;
        }
        catch (LibvirtException e) when (e.Code is VirErrorNumber.OperationInvalid or VirErrorNumber.InternalError)
        {
            return null; // there is none, or the domain is off
        }
    }
}
