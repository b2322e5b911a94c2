using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Backups.Sources;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.State;

namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>
/// Reads a domain's disks of one instant without taking a point: over a pull job without a checkpoint where it runs,
/// through qemu-nbd where it is shut off. Nothing of the domain is changed.
/// </summary>
internal sealed class LiveDisks(BackupEngineOptions options, TimeProvider time)
{
    private readonly StateDirectory _state = new(options.StateDirectory);

    /// <param name="connection">The host.</param>
    /// <param name="repository">For whose checkpoints' sake the domain is looked after.</param>
    /// <param name="name">The domain.</param>
    /// <param name="disks">Target names of the disks; those that the domain does not have are left out.</param>
    /// <param name="since">
    /// The point since which changes are wanted, or null: where they can be known, the disk's plan has a parent.
    /// </param>
    /// <param name="read">Reads one disk.</param>
    /// <param name="cancellationToken">Gives up; the job is ended before the call returns.</param>
    /// <returns>How the disks were read: also of those that could not be.</returns>
    /// <exception cref="BackupException">The disks could not be read.</exception>
    internal async Task<IReadOnlyList<DiskPlan>> ReadAsync(
        LibvirtConnection connection,
        Repository repository,
        string name,
        IReadOnlyList<string> disks,
        RestorePoint? since,
        Func<DiskPlan, NbdDiskSource, CancellationToken, Task> read,
        CancellationToken cancellationToken)
    {
        var host = await HostRequirements.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
        using var domain = await DomainFinder.FindAsync(connection, name, cancellationToken).ConfigureAwait(false);
        if (since is not null && since.DomainUuid != domain.Uuid)
            throw new BackupException(
                FailureKind.Usage, $"point {since.Id} is of domain '{since.Domain}' ({since.DomainUuid}), not of "
                    + $"'{domain.Name}' ({domain.Uuid})");
        using var held = _state.LockDomain(domain.Uuid, domain.Name);
        var context = new BackupContext
        {
            Connection = connection,
            Host = host,
            Domain = domain,
            Repository = repository,
            Request = new BackupRequest { Domain = name, Level = BackupLevel.Copy, NoCheckpoint = true },
            Options = options,
            State = _state,
            Journal = Journal.Open(_state.OpenDomain(domain.Uuid)),
            Time = time,
            Progress = null,
        };
        try
        {
            return await ReadAsync(context, disks, since, read, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or NbdException or IOException or UnauthorizedAccessException)
        {
            throw new BackupException(
                FailureKind.Failed, $"the disks of domain '{domain.Name}' could not be read: {e.Message}", e);
        }
    }

    private async Task<IReadOnlyList<DiskPlan>> ReadAsync(
        BackupContext context,
        IReadOnlyList<string> disks,
        RestorePoint? since,
        Func<DiskPlan, NbdDiskSource, CancellationToken, Task> read,
        CancellationToken cancellationToken)
    {
        await FreezeRecovery.RunAsync(context, cancellationToken).ConfigureAwait(false);
        var (points, _) = await context.Repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
        await new CrashRecovery(context.Domain, context.Journal, _state, time)
            .RecoverAsync(context.Repository.Id, points, cancellationToken)
            .ConfigureAwait(false);
        await PullJob.RefuseWhenBusyAsync(context.Domain, cancellationToken).ConfigureAwait(false);
        var isRunning = await context.Domain.IsActiveAsync(cancellationToken).ConfigureAwait(false);
        var plan = await PlanAsync(context, disks, since, isRunning, cancellationToken).ConfigureAwait(false);
        if (isRunning)
            await new OnlineCapture(context)
                .RunAsync(
                    () => Task.FromResult(plan), "none", startPaused: false, ReadAllAsync, _ => Task.CompletedTask,
                    cancellationToken)
                .ConfigureAwait(false);
        else
            await new OfflineCapture(context.Domain, time).RunAsync(plan, ReadAllAsync, cancellationToken)
                .ConfigureAwait(false);
        return plan.Disks;

        async Task<IReadOnlyList<(DiskPlan Plan, Backups.Copying.DiskCopyResult Result)>> ReadAllAsync(
            IReadOnlyList<DiskPlan> taken,
            Func<DiskPlan, (NbdEndpoint Endpoint, string? Bitmap)> export,
            CancellationToken token)
        {
            foreach (var disk in taken)
            {
                var (endpoint, bitmap) = export(disk);
                var source = await NbdDiskSource.ConnectAsync(endpoint, bitmap, token).ConfigureAwait(false);
                await using var closing = source.ConfigureAwait(false);
                await read(disk, source, token).ConfigureAwait(false);
            }

            return [];
        }
    }

    private static async Task<BackupPlan> PlanAsync(
        BackupContext context,
        IReadOnlyList<string> disks,
        RestorePoint? since,
        bool isRunning,
        CancellationToken cancellationToken)
    {
        var definition = DomainXml.Parse(
            await context.Domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        var selected = DiskSelection.Select(definition, context.Request).Disks
            .Where(disk => disks.Contains(disk.Name, StringComparer.Ordinal)).ToList();
        if (selected.Count == 0)
            throw new BackupException(
                FailureKind.Failed,
                $"domain '{context.Domain.Name}' has none of the disks {string.Join(", ", disks)} any more");
        var probe = isRunning && since?.Checkpoint is { } checkpoint
            ? await DomainCheckpoints.ProbeAsync(context.Domain, checkpoint, cancellationToken).ConfigureAwait(false)
            : null;
        var plans = new List<DiskPlan>();
        foreach (var disk in selected)
        {
            var why = await WhyUnknownAsync(disk, since, probe, isRunning, cancellationToken).ConfigureAwait(false);
            plans.Add(new DiskPlan
            {
                Disk = disk,
                Level = BackupLevel.Copy,
                Reason = why,
                Parent = why is null ? since?.Disks.FirstOrDefault(d => d.Name == disk.Name) : null,
            });
        }

        return new BackupPlan
        {
            Level = BackupLevel.Copy,
            Reason = null,
            Base = since,
            Generation = 0,
            Sequence = 0,
            NewCheckpoint = null,
            KeptCheckpoints = [],
            Disks = plans,
        };
    }

    /// <summary>Why nobody can say what changed on a disk since a point; null when QEMU or the image can.</summary>
    private static async Task<string?> WhyUnknownAsync(
        SelectedDisk disk, RestorePoint? since, CheckpointProbe? probe, bool isRunning,
        CancellationToken cancellationToken)
    {
        if (since is null) return "no point is compared with";
        if (disk.Untrackable is { } why) return why;
        if (since.Checkpoint is not { } checkpoint) return $"point {since.Id} has no checkpoint";
        if (isRunning)
            return probe is { Exists: true } && probe.DirtyBytes.GetValueOrDefault(disk.Name) is not null
                ? null
                : $"libvirt has no usable bitmap of checkpoint '{checkpoint}' any more";
        if (disk.Path is null) return null; // cannot be read at all; the capture says so
        var image = await QemuImage.InspectSharedAsync(disk.Path, disk.Format, cancellationToken).ConfigureAwait(false);
        return image.Bitmaps.Any(bitmap => bitmap is { IsInUse: false, IsRecording: true } && bitmap.Name == checkpoint)
            ? null
            : $"the image has no usable bitmap of checkpoint '{checkpoint}'";
    }
}
