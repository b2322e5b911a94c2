using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Backups.Sources;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
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
    /// <param name="conclude">Acts on what was read, while the domain is still locked; null for nothing.</param>
    /// <param name="cancellationToken">Gives up; the job is ended before the call returns.</param>
    /// <exception cref="BackupException">The disks could not be read.</exception>
    internal async Task ReadAsync(
        LibvirtConnection connection,
        Repository repository,
        string name,
        IReadOnlyList<string> disks,
        RestorePoint? since,
        Func<DiskPlan, NbdDiskSource, CancellationToken, Task> read,
        Func<CancellationToken, Task>? conclude,
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
            Host = host,
            Domain = new LibvirtBackupDomain(domain, time),
            Sources = new LibvirtPointSources(domain),
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
            await ReadAsync(context, disks, since, read, conclude, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or NbdException or IOException or UnauthorizedAccessException)
        {
            throw new BackupException(
                FailureKind.Failed, $"the disks of domain '{domain.Name}' could not be read: {e.Message}", e);
        }
    }

    private async Task ReadAsync(
        BackupContext context,
        IReadOnlyList<string> disks,
        RestorePoint? since,
        Func<DiskPlan, NbdDiskSource, CancellationToken, Task> read,
        Func<CancellationToken, Task>? conclude,
        CancellationToken cancellationToken)
    {
        await FreezeRecovery.RunAsync(context, cancellationToken).ConfigureAwait(false);
        var (points, _) = await context.Repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
        await new CrashRecovery(context.Domain, context.Journal, _state)
            .RecoverAsync(context.Repository.Id, points, cancellationToken)
            .ConfigureAwait(false);
        await PullJob.RefuseWhenBusyAsync(context.Domain, cancellationToken).ConfigureAwait(false);
        var isRunning = await context.Domain.Tracking.IsRunningAsync(cancellationToken).ConfigureAwait(false);
        var selected = await SelectAsync(context, disks, cancellationToken).ConfigureAwait(false);
        var images = isRunning
            ? null
            : await context.Sources.LookAsync(selected, cancellationToken).ConfigureAwait(false);
        var probe = since?.Checkpoint is not { } checkpoint ? null
            : images is not null ? images.Probe(checkpoint, isKnown: true)
            : CheckpointProbe.Of(
                checkpoint,
                await context.Domain.Tracking.ReadCheckpointsAsync([checkpoint], withSizes: true, cancellationToken)
                    .ConfigureAwait(false) is [var found] ? found : null);
        var plan = Plan(selected, since, probe);
        if (images is null)
            await new OnlineCapture(context)
                .RunAsync(
                    () => Task.FromResult(plan), "none", startPaused: false, ReadAllAsync, _ => Task.CompletedTask,
                    cancellationToken)
                .ConfigureAwait(false);
        else
            await new OfflineCapture(time).RunAsync(plan, images, ReadAllAsync, cancellationToken)
                .ConfigureAwait(false);
        if (conclude is not null) await conclude(cancellationToken).ConfigureAwait(false);

        async Task<IReadOnlyList<(DiskPlan Plan, Backups.Copying.DiskCopyResult Result)>> ReadAllAsync(
            IReadOnlyList<DiskPlan> taken,
            Func<DiskPlan, DiskExport> export,
            CancellationToken token)
        {
            foreach (var disk in taken)
            {
                var source = await NbdDiskSource.ConnectAsync(export(disk), token).ConfigureAwait(false);
                await using var closing = source.ConfigureAwait(false);
                await read(disk, source, token).ConfigureAwait(false);
            }

            return [];
        }
    }

    private static async Task<IReadOnlyList<SelectedDisk>> SelectAsync(
        BackupContext context, IReadOnlyList<string> disks, CancellationToken cancellationToken)
    {
        var definition = await context.Domain.ReadDefinitionAsync(cancellationToken).ConfigureAwait(false);
        var selected = DiskSelection.Select(definition, context.Request).Disks
            .Where(disk => disks.Contains(disk.Name, StringComparer.Ordinal)).ToList();
        return selected.Count > 0
            ? selected
            : throw new BackupException(
                FailureKind.Failed,
                $"domain '{context.Domain.Name}' has none of the disks {string.Join(", ", disks)} any more");
    }

    private static BackupPlan Plan(
        IReadOnlyList<SelectedDisk> selected, RestorePoint? since, CheckpointProbe? probe) => new()
        {
            Level = BackupLevel.Copy,
            Reason = null,
            Base = since,
            Generation = 0,
            Sequence = 0,
            NewCheckpoint = null,
            KeptCheckpoints = [],
            Disks = [.. selected.Select(disk => Plan(disk, since, probe))],
        };

    private static DiskPlan Plan(SelectedDisk disk, RestorePoint? since, CheckpointProbe? probe)
    {
        var why = WhyUnknown(disk, since, probe);
        return new DiskPlan
        {
            Disk = disk,
            Level = BackupLevel.Copy,
            Reason = why,
            Parent = why is null ? since?.Disks.FirstOrDefault(d => d.Name == disk.Name) : null,
        };
    }

    /// <summary>Why nobody can say what changed on a disk since a point; null when QEMU or the image can.</summary>
    private static string? WhyUnknown(SelectedDisk disk, RestorePoint? since, CheckpointProbe? probe)
    {
        if (since is null) return "no point is compared with";
        if (disk.Untrackable is { } why) return why;
        if (probe is null) return $"point {since.Id} has no checkpoint";
        if (probe.Reasons.TryGetValue(disk.Name, out var reason)) return reason;
        return probe.Exists && probe.Disks.GetValueOrDefault(disk.Name)
            ? null
            : $"libvirt has no usable bitmap of checkpoint '{probe.Name}' any more";
    }
}
