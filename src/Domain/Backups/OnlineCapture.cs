using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>
/// Captures a running domain's disks by a pull job. Whatever happens, the job is ended, its files are removed, and the
/// new checkpoint stays only when the point exists.
/// </summary>
internal sealed class OnlineCapture(BackupContext context)
{
    private readonly IBackupDomain _domain = context.Domain;
    private JobIntent? _intent; // set before anything is begun
    private IJobPlace? _place; // set with it
    private bool _hasBegun;
    private bool _isEndedByUs; // before the copy was over

    /// <param name="makePlan">Decides what to do; the domain is running by then.</param>
    /// <param name="pointId">The point to be.</param>
    /// <param name="startPaused">True to start the domain paused first, and stop it afterwards.</param>
    /// <param name="copy">Copies the disks.</param>
    /// <param name="commit">Makes the point exist.</param>
    /// <param name="cancellationToken">Ends the capture; everything is undone before the call returns.</param>
    internal async Task<CapturedDisks> RunAsync(
        Func<Task<BackupPlan>> makePlan,
        string pointId,
        bool startPaused,
        CopyDisks copy,
        Func<CapturedDisks, Task> commit,
        CancellationToken cancellationToken)
    {
        var owner = await _domain.Jobs.GetOwnerAsync(cancellationToken).ConfigureAwait(false);
        var uri = await _domain.GetUriAsync(cancellationToken).ConfigureAwait(false);
        var cleanUp = new JobCleanUp(_domain, context.Journal, context.Repository.Id, uri, "next backup");
        var watch = await _domain.WatchAsync(cancellationToken).ConfigureAwait(false);
        await using var watching = watch.ConfigureAwait(false);
        _place = JobPlaces.Choose(uri, context.Request, context.State);
        await using var leaving = _place.ConfigureAwait(false);
        if (_place.Warning is { } warning) context.Warnings.Add(warning);
        WriteIntent(new JobIntent
        {
            Point = pointId,
            RepositoryId = context.Repository.Id,
            Checkpoint = null,
            JobDirectory = _place.Name,
            Host = _place.Host,
            StartedPaused = startPaused,
        });
        CapturedDisks captured;
        try
        {
            await _place.PrepareAsync(owner, cancellationToken).ConfigureAwait(false);
            var scratch = new ScratchWatch(_place.Name, _place.Measure, context.Time)
            {
                End = () => EndForGuestAsync(uri),
            };
            if (!startPaused) scratch.RequireRoom(); // a guest that does not run overwrites nothing
            if (startPaused) await _domain.Jobs.StartPausedAsync().ConfigureAwait(false);
            var begun = await BeginAtInstantAsync(makePlan, startPaused, uri, cancellationToken).ConfigureAwait(false);
            _hasBegun = true;
            // The definition of a domain that was off need not name the images below the first.
            if (!startPaused) begun = begun with { Plan = await FollowImagesAsync(begun.Plan).ConfigureAwait(false) };
            captured = await scratch.GuardAsync(
                async token =>
                {
                    var start = context.Time.GetTimestamp();
                    var disks = await copy(begun.Plan.Disks, ExportOf, token).ConfigureAwait(false);
                    var took = context.Time.GetElapsedTime(start);
                    await JobProtection.RequireAsync(_domain, uri, _intent!, begun.Plan) // begun, so set
                        .ConfigureAwait(false);
                    return begun with { Disks = disks, Timings = begun.Timings with { Copy = took } };
                },
                commit,
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var ended = e is BackupException && _hasBegun ? await FindEndAsync().ConfigureAwait(false) : null;
            var left = await cleanUp.AfterFailureAsync(_intent!).ConfigureAwait(false);
            if ((ended is null && left is null) || e is OperationCanceledException) throw;
            throw new BackupException(
                (e as BackupException)?.Kind ?? FailureKind.Failed,
                string.Join("; ", new[] { e.Message, ended, left }.OfType<string>()),
                e);
        }

        context.Warnings.AddRange(await cleanUp.AfterCommitAsync(_intent!, captured.Plan).ConfigureAwait(false));
        // One that was started for the backup is stopped by now.
        if (!startPaused) await new Revalidation(context, watch).RunAsync().ConfigureAwait(false);
        return captured;
    }

    private DiskExport ExportOf(DiskPlan disk) => _place!.ExportOf( // begun, so set
        disk.Disk.Name, disk.Parent is null ? null : PullJob.BitmapOf(disk.Disk.Name));

    private async Task<CapturedDisks> BeginAtInstantAsync(
        Func<Task<BackupPlan>> makePlan, bool startPaused, string uri, CancellationToken cancellationToken)
    {
        var quiesce = context.Request.Quiesce;
        // A domain that was started for the backup has a guest that has never run: it has nothing to freeze.
        if (quiesce.Mode == QuiesceMode.None || startPaused)
        {
            var begun = await BeginJobAsync(await makePlan().ConfigureAwait(false)).ConfigureAwait(false);
            return Describe(new FrozenMoment<BegunJob>(begun, null, null));
        }

        var order = new ThawOrder
        {
            Freeze = Guid.NewGuid(),
            Uri = uri,
            DomainUuid = _domain.Uuid,
            Domain = _domain.Name,
            DomainDirectory = context.State.OpenDomain(_domain.Uuid),
            Timeout = quiesce.Timeout,
            Limit = quiesce.Limit,
        };
        var guard = await ThawGuard.StartAsync(context.Options.ThawWatchdog, order).ConfigureAwait(false);
        await using var hangingUp = guard.ConfigureAwait(false);
        var plan = await makePlan().ConfigureAwait(false);
        var guest = _domain.OpenGuest(uri);
        await using var closing = guest.ConfigureAwait(false);
        var freezer = new GuestFreezer(
            guest, context.Freezes, guard, order, quiesce, context.Time, context.Warnings);
        return Describe(await freezer.HoldAsync(() => BeginJobAsync(plan), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Who took the job away while it was read; null when it is there still, or nobody can tell.</summary>
    private async Task<string?> FindEndAsync()
    {
        if (_isEndedByUs) return null;
        try
        {
            var socket = await _domain.Jobs.GetSocketAsync(CancellationToken.None).ConfigureAwait(false);
            if (socket is not null) return null;
            return await _domain.Tracking.IsRunningAsync(CancellationToken.None).ConfigureAwait(false)
                ? "somebody has ended libvirt's backup job meanwhile"
                : "the domain was stopped meanwhile";
        }
        catch (LibvirtException)
        {
            return null; // libvirtd went away: the failure tells that
        }
    }

    /// <summary>Scratch images are nearly full: the guest's writes come before the point.</summary>
    private async Task EndForGuestAsync(string uri)
    {
        _isEndedByUs = true;
        await _domain.ReconnectingAsync(uri, async current =>
        {
            var socket = await current.Jobs.GetSocketAsync(CancellationToken.None).ConfigureAwait(false);
            if (socket is not null && _intent!.IsOf(socket)) // begun, so set
                await current.Jobs.EndAsync(CancellationToken.None).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async Task<BackupPlan> FollowImagesAsync(BackupPlan plan)
    {
        var now = await _domain.ReadDefinitionAsync(CancellationToken.None).ConfigureAwait(false);
        var followed = MovedImages.Follow(plan, now);
        foreach (var (planned, disk) in plan.Disks.Zip(followed.Disks))
            if (planned.Parent is not null && disk.Parent is null)
                context.Warnings.Add($"disk '{disk.Disk.Name}' is read in full: {disk.Reason}");
        return followed;
    }

    private CapturedDisks Describe(FrozenMoment<BegunJob> moment) => new()
    {
        Plan = moment.Result.Plan,
        Time = moment.Result.Instant,
        Freeze = moment.FileSystems is { } count
            ? new PointFreeze(count, context.Request.Quiesce.MountPoints)
            : null,
        Timings = new PointTimings(moment.Frozen, moment.Result.Took, Copy: TimeSpan.Zero),
        Disks = [],
    };

    /// <summary>Begins the job; never cancelled half-way, since libvirt would go on with it.</summary>
    private async Task<BegunJob> BeginJobAsync(BackupPlan plan)
    {
        var began = context.Time.GetTimestamp();
        try
        {
            await BeginOnceAsync(plan).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.CheckpointInconsistent && plan.Base is not null)
        {
            if (context.Request.Level is BackupLevel.Incremental or BackupLevel.Differential)
                throw new BackupException(
                    FailureKind.NotSupported,
                    $"{context.Request.Level} backup of domain '{_domain.Name}' is not possible: {e.Message}; use "
                    + "--level auto or full",
                    e);
            if (plan.NewCheckpoint is { } made)
                await new CheckpointRemover(_domain.Tracking, context.Journal)
                    .TryRemoveAsync(made, CancellationToken.None).ConfigureAwait(false);
            plan = plan.WithoutBase($"libvirt says: {e.Message}");
            await BeginOnceAsync(plan).ConfigureAwait(false);
        }

        return new BegunJob(plan, context.Time.GetUtcNow(), context.Time.GetElapsedTime(began));
    }

    private void WriteIntent(JobIntent intent)
    {
        context.Journal.Append(new JournalRecord.JobBegun(intent));
        _intent = intent;
    }

    private async Task BeginOnceAsync(BackupPlan plan)
    {
        WriteIntent(_intent! with { Checkpoint = plan.NewCheckpoint });
        try
        {
            await BeginAsync(plan).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.InternalError)
        {
            // "NBD server already running", perhaps: it has no code of its own.
            var isFree = _place!.TryMove(e)
                || (LeftNbdServer.IsInTheWay(e) && await TryStopNbdServerAsync().ConfigureAwait(false));
            if (!isFree) throw;
            await BeginOnceAsync(plan).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryStopNbdServerAsync()
    {
        if (await _domain.Jobs.TryStopNbdServerAsync().ConfigureAwait(false) is not { } whose) return false;
        context.Warnings.Add($"stopped QEMU's NBD server, {whose}");
        return true;
    }

    private Task BeginAsync(BackupPlan plan) => _domain.Jobs.BeginAsync(
        PullJob.DescribeBackup(plan, _place!), PullJob.DescribeCheckpoint(plan));

    /// <summary>The job as it was begun in the end.</summary>
    private sealed record BegunJob(BackupPlan Plan, DateTimeOffset Instant, TimeSpan Took);
}
