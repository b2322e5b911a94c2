using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Pushes;

/// <summary>libvirt's push-mode backup job of one domain.</summary>
internal sealed class PushJob(LibvirtDomain domain, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

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
        // What libvirt remembers of an earlier job must not be taken for the end of this one.
        await TryReadEndAsync().ConfigureAwait(false);
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
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="look">Called at each look; throws to give up.</param>
    /// <param name="cancellationToken">Stops waiting; the job goes on.</param>
    /// <exception cref="BackupException">It failed, or somebody ended it.</exception>
    internal async Task WaitAsync(
        IProgress<PushProgress>? progress, Action look, CancellationToken cancellationToken)
    {
        while (await PullJob.FindJobAsync(domain, cancellationToken).ConfigureAwait(false) == "backup")
        {
            look();
            await ReportAsync(progress, cancellationToken).ConfigureAwait(false);
            await Task.Delay(s_interval, time, cancellationToken).ConfigureAwait(false);
        }

        var end = await TryReadEndAsync().ConfigureAwait(false);
        if (end is { Type: VirDomainJobType.Completed, Success: not false }) return;
        var isRunning = await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false);
        throw new BackupException(FailureKind.Failed, Explain(end, isRunning));
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
