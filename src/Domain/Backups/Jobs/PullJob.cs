using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>libvirt's pull-mode backup job of one domain.</summary>
internal static class PullJob
{
    /// <summary>How long libvirt may take to end a job; it cancels one QEMU job per disk.</summary>
    private static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a job may be without a definition; one that begins or ends is so for some milliseconds.
    /// </summary>
    private static readonly TimeSpan s_undefinedTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_firstPoll = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(20);

    internal static string BitmapOf(string disk) => $"backup-{disk}";

    /// <summary>
    /// The job's definition: every disk with its own mode, so that new disks do not break the chain of the others.
    /// </summary>
    internal static string DescribeBackup(BackupPlan plan, IJobPlace place) => new DomainBackupXml
    {
        Mode = DomainBackupMode.Pull,
        Server = place.Server,
        Disks = [.. plan.Disks.Select(disk => new DomainBackupDisk
        {
            Name = disk.Disk.Disk.Target,
            Backup = true,
            Type = DiskStorageType.File,
            ExportName = place.ExportNameOf(disk.Disk.Name),
            ExportBitmap = disk.Parent is null ? null : BitmapOf(disk.Disk.Name),
            BackupMode = disk.Parent is null ? DomainBackupDiskMode.Full : DomainBackupDiskMode.Incremental,
            Incremental = disk.Parent is null ? null : CheckpointName.Parse(plan.Base!.Checkpoint!),
            DriverType = ImageFormat.Qcow2,
            Scratch = new DomainBackupStorage { Path = place.ScratchOf(disk.Disk) },
        })],
    }.ToXml();

    /// <summary>The checkpoint of the same instant, or null.</summary>
    internal static string? DescribeCheckpoint(BackupPlan plan) =>
        plan.NewCheckpoint is null ? null : new DomainCheckpointXml
    {
        Name = CheckpointName.Parse(plan.NewCheckpoint),
        Description = CheckpointNaming.Description,
        Disks = [.. plan.Disks.Select(disk => new DomainCheckpointDisk
        {
            Name = disk.Disk.Disk.Target,
            Checkpoint = disk.Disk.Untrackable is null ? CheckpointDiskMode.Bitmap : CheckpointDiskMode.No,
        })],
    }.ToXml();

    /// <exception cref="BackupException">Busy: another job holds the domain.</exception>
    internal static async Task RefuseWhenBusyAsync(IBackupDomain domain, CancellationToken cancellationToken)
    {
        // libvirt itself would wait 30 s for its lock and then say no more than that it timed out.
        if (await domain.Jobs.FindAsync(cancellationToken).ConfigureAwait(false) is { } job)
            throw new BackupException(
                FailureKind.Busy,
                $"domain '{domain.Name}' has another job running ({job}); wait for it ('virsh domjobinfo'), or end it "
                + "('virsh domjobabort')");
    }

    /// <summary>What kind of job holds the domain, in libvirt's words; null when none does.</summary>
    internal static async Task<string?> FindJobAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var isBackup = await GetSocketAsync(domain, cancellationToken).ConfigureAwait(false) is not null;
        if (isBackup) return "backup";
        if (!await domain.IsActiveAsync(cancellationToken).ConfigureAwait(false)) return null;
        try
        {
            var job = await domain.GetJobStatsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return job.Type is VirDomainJobType.Bounded or VirDomainJobType.Unbounded
                ? job.Operation?.ToString().ToLowerInvariant() ?? "unknown"
                : null;
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.InternalError)
        {
            // "backup job data missing": a backup is just beginning or ending (seen with libvirt 9.0 and 12.8).
            return "backup";
        }
    }

    /// <summary>
    /// The NBD socket of the running backup job, or the first file or device that it writes (push mode); of a job of
    /// ours over TCP <c>NAME/tcp</c>; empty for another kind of server, null without a job.
    /// </summary>
    internal static async Task<string?> GetSocketAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        try
        {
            var xml = await domain.GetBackupXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            var job = DomainBackupXml.Parse(xml);
            return job.Server switch
            {
                UnixBackupServer server => server.Socket,
                TcpBackupServer when TcpJobPlace.FindName(job) is { } name => $"{name}/tcp",
                _ => job.Disks.Select(disk => disk.Target?.Path).FirstOrDefault(path => path is not null) ?? "",
            };
        }
        catch (LibvirtException e) when (e.Code is VirErrorNumber.NoDomainBackup)
        {
            return null;
        }
    }

    /// <summary>Ends the running backup job and waits until libvirt has removed its scratch images.</summary>
    /// <exception cref="BackupException">libvirt does not end it in time, or cannot.</exception>
    internal static async Task EndAsync(LibvirtDomain domain, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var lastDefined = start;
        string? ours = null;
        var pause = s_firstPoll; // mostly it has ended by then
        while (true)
        {
            var socket = await GetSocketAsync(domain, cancellationToken).ConfigureAwait(false);
            if (socket is not null)
            {
                ours ??= socket;
                lastDefined = time.GetTimestamp();
            }

            // Asked while libvirt still begins the job (for a process that was killed meanwhile), it does nothing and
            // goes on with it: so it is asked again, but nothing else that begins after the job.
            if (socket == ours) await AskToEndAsync(domain, cancellationToken).ConfigureAwait(false);
            else if (socket is not null) return; // the next job, of somebody else
            if (await FindJobAsync(domain, cancellationToken).ConfigureAwait(false) is not "backup") return;
            if (time.GetElapsedTime(lastDefined) > s_undefinedTimeout)
                throw await GiveUpAsync(domain, cancellationToken).ConfigureAwait(false);
            if (time.GetElapsedTime(start) > s_endTimeout)
                throw new BackupException(
                    FailureKind.Failed,
                    $"libvirt does not end the backup job of domain '{domain.Name}'; see 'virsh domjobinfo', end it "
                    + "by 'virsh domjobabort'");
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            if (pause < s_pollInterval) pause *= 2;
        }
    }

    private static async Task AskToEndAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        try
        {
            await domain.AbortJobAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code is VirErrorNumber.OperationInvalid)
        {
            // No job any more: the domain was stopped, or somebody else ended it.
        }
    }

    /// <summary>
    /// libvirtd died while it began the job: the new one keeps the domain's job slot taken and has nothing that it
    /// could end, until QEMU ends and libvirtd starts once more (libvirt 9.0, 11.3, 12.8). QEMU may have begun to keep
    /// what the guest overwrites in the scratch images; that at least is ended.
    /// </summary>
    private static async Task<BackupException> GiveUpAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var xml = DomainXml.Parse(await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        foreach (var disk in xml.Disks.Where(disk => !disk.IsEmpty).Select(disk => disk.Target.Value))
        {
            try
            {
                var job = await domain.GetBlockJobInfoAsync(disk, cancellationToken).ConfigureAwait(false);
                if (job?.Type == VirDomainBlockJobType.Backup)
                    await domain.AbortBlockJobAsync(disk, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            catch (LibvirtException)
            {
                // It ended by itself, or stays until the domain is stopped, which has to be done anyway.
            }
        }

        return new BackupException(
            FailureKind.Failed,
            $"libvirtd died while it began a backup of domain '{domain.Name}', and cannot end what is left of that: no "
            + "job can begin there until the domain was stopped, libvirtd restarted, and the domain started again, in "
            + "this order; the guest is not harmed, and the next backup then covers the gap");
    }
}
