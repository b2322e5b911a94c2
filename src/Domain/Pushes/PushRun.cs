using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Pushes;

/// <summary>One push of one domain. The steps and what a crash after each leaves are in docs/push.md.</summary>
internal sealed class PushRun(PushContext context, PushJob job)
{
    private readonly IBackupDomain _domain = context.Domain;
    private readonly ImageSet _set = context.Set;
    private readonly PushRequest _request = context.Request;
    private JobIntent? _intent; // set before anything is begun
    private UnreportedChanges? _changes; // seen before the job

    internal async Task<PushReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        var points = _set.ListPoints(context.Warnings);
        var summaries = points.Select(point => PointSummary.Of(point.ToRestorePoint())).ToList();
        var recovery = new CrashRecovery(_domain, context.Journal, context.State);
        context.Warnings.AddRange(
            await recovery.RecoverAsync(_set.Id, summaries, cancellationToken).ConfigureAwait(false));
        await PullJob.RefuseWhenBusyAsync(_domain, cancellationToken).ConfigureAwait(false);
        if (!await _domain.Tracking.IsRunningAsync(cancellationToken).ConfigureAwait(false))
            throw new BackupException(
                FailureKind.NotSupported,
                $"domain '{_domain.Name}' is shut off, and a push is written by its QEMU; start it ('virsh start "
                + "--paused' lets its guest wait), or take a point by 'lvbackup backup'");
        _set.RemoveUnfinished();

        var definition = await _domain.ReadDefinitionAsync(cancellationToken).ConfigureAwait(false);
        var selection = DiskSelection.Select(definition, _request.ToBackupRequest());
        context.Warnings.AddRange(selection.Warnings);
        PushDevices.Require(_request, selection, points);
        var plan = await PlanAsync(points, summaries, selection, cancellationToken).ConfigureAwait(false);
        var inactive = await context.Libvirt.GetXmlAsync(VirDomainXMLFlags.Inactive, cancellationToken)
            .ConfigureAwait(false);
        return await WriteAsync(plan, points, inactive, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PushPlan> PlanAsync(
        IReadOnlyList<ImagePoint> points,
        IReadOnlyList<PointSummary> summaries,
        DiskSelection selection,
        CancellationToken cancellationToken)
    {
        var broken = await ImageCheck.FindBrokenAsync(_set, points, context.Warnings, cancellationToken)
            .ConfigureAwait(false);
        var known = new PointsOfDomain(_set.Id, summaries, broken, _domain.Uuid, Read);
        var preparation = new TrackPreparation(
            _domain, context.Journal, ImageSet.Track, known, summaries, broken, context.Warnings);
        var history = await preparation.PrepareAsync(isRunning: true, cancellationToken).ConfigureAwait(false);
        var sizes = await PushSizes.ReadAsync(context.Libvirt, selection.Disks, cancellationToken)
            .ConfigureAwait(false);
        var plan = await BackupPlanner.PlanAsync(
            _request.ToBackupRequest(), _set.Id, CheckpointNaming.NewMark(), history, selection, isRunning: true,
            name => Task.FromResult(preparation.Probe(name)), id => Read(id, cancellationToken)).ConfigureAwait(false);
        plan = PushPlanner.Limit(plan, _request, points, sizes.Virtual);
        // A point without a checkpoint may be removed, and then nothing else knows of its number.
        if (plan.NewCheckpoint is null)
            context.Journal.Append(new JournalRecord.Used(_set.Id, ImageSet.Track, plan.Sequence));
        foreach (var disk in plan.Disks.Where(disk => disk.Reason is not null && disk.Reason != plan.Reason))
            context.Warnings.Add($"disk '{disk.Disk.Name}' is written in full: {disk.Reason}");
        return new PushPlan(plan, sizes, preparation.DirtyBytesOf);

        Task<RestorePoint> Read(string id, CancellationToken token) =>
            Task.FromResult(points.First(point => point.Id == id).ToRestorePoint());
    }

    private async Task<PushReport> WriteAsync(
        PushPlan plan, IReadOnlyList<ImagePoint> points, string definition, CancellationToken cancellationToken)
    {
        var owner = await _domain.Jobs.GetOwnerAsync(cancellationToken).ConfigureAwait(false);
        var uri = await _domain.GetUriAsync(cancellationToken).ConfigureAwait(false);
        var cleanUp = new JobCleanUp(_domain, context.Journal, _set.Id, uri, "next push or backup");
        ImagePoint point;
        try
        {
            (plan, var disks, var instant) = await WriteImagesAsync(plan, points, owner, cancellationToken)
                .ConfigureAwait(false);
            if (await _changes!.FindAsync(cancellationToken).ConfigureAwait(false) is { } disk) // begun, so looked
            {
                plan = await HealAsync(plan, disk, cleanUp).ConfigureAwait(false);
                (plan, disks, instant) = await WriteImagesAsync(plan, points, owner, cancellationToken)
                    .ConfigureAwait(false);
            }

            point = Describe(plan.Plan, instant, definition, disks);
            cancellationToken.ThrowIfCancellationRequested();
            if (owner is not null)
                await QemuShare.TakeBackAsync(_intent!.JobDirectory, cancellationToken).ConfigureAwait(false); // begun
            ImageStaging.Publish(_set, _intent!.JobDirectory, point, definition); // the same
        }
        catch (Exception e) when (_intent is null || !Directory.Exists(_set.PathOf(_intent.Point)))
        {
            var left = _intent is null ? null : await cleanUp.AfterFailureAsync(_intent).ConfigureAwait(false);
            if (left is null || e is OperationCanceledException) throw;
            throw new BackupException(
                (e as BackupException)?.Kind ?? FailureKind.Failed, $"{e.Message}; {left}", e);
        }

        context.Warnings.AddRange(await cleanUp.AfterCommitAsync(_intent, plan.Plan).ConfigureAwait(false));
        return Report(point);
    }

    private async Task<(PushPlan Plan, IReadOnlyList<ImagePointDisk> Disks, DateTimeOffset Instant)> WriteImagesAsync(
        PushPlan plan, IReadOnlyList<ImagePoint> points, QemuOwner? owner, CancellationToken cancellationToken)
    {
        var (begun, targets, instant) = await BeginAsync(plan, points, owner, cancellationToken).ConfigureAwait(false);
        if (_request.RateLimitBytesPerSecond is { } rate)
            await job.LimitAsync(targets, rate, cancellationToken).ConfigureAwait(false);
        await RequireSameImagesAsync(begun.Plan).ConfigureAwait(false);
        var directory = _intent!.JobDirectory; // set by BeginAsync
        var room = new PushRoom(directory, targets, () => ScratchWatch.Measure(directory));
        await job.WaitAsync(targets, context.Progress, room.Require, cancellationToken).ConfigureAwait(false);
        return (begun, await new PushedImages(targets).FinishAsync(cancellationToken).ConfigureAwait(false), instant);
    }

    /// <summary>Throws away what lies over an image that it must not, and plans to write all disks whole.</summary>
    private async Task<PushPlan> HealAsync(PushPlan plan, string disk, JobCleanUp cleanUp)
    {
        var why = $"disk '{disk}' had changed where no bitmap reported it (resized twice, a bitmap cleared, or the "
            + "image replaced by somebody?)";
        if (await cleanUp.AfterFailureAsync(_intent!).ConfigureAwait(false) is { } left) // begun, so set
            throw new BackupException(FailureKind.Failed, $"push of domain '{_domain.Name}' failed: {why}; {left}");
        _intent = null;
        context.Warnings.Add($"all disks are written in full: {why}");
        var whole = plan.Plan.WithoutBase(why);
        return plan with
        {
            Plan = whole with
            {
                Sequence = whole.Sequence + 1, // a number is never used twice
                NewCheckpoint = CheckpointNaming.TryParse(whole.NewCheckpoint ?? string.Empty, out var name)
                    ? (name with { Sequence = whole.Sequence + 1, Mark = CheckpointNaming.NewMark() }).ToString()
                    : null,
            },
        };
    }

    /// <summary>Begins the job; where libvirt refuses the base after all, with all disks whole.</summary>
    private async Task<(PushPlan Plan, IReadOnlyList<PushTarget> Targets, DateTimeOffset Instant)> BeginAsync(
        PushPlan plan, IReadOnlyList<ImagePoint> points, QemuOwner? owner, CancellationToken cancellationToken)
    {
        try
        {
            return await BeginOnceAsync(plan, points, owner, cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.CheckpointInconsistent && plan.Plan.Base is not null)
        {
            if (_request.Level is BackupLevel.Incremental or BackupLevel.Differential)
                throw new BackupException(
                    FailureKind.NotSupported,
                    $"an incremental push of domain '{_domain.Name}' is not possible: {e.Message}; use --level auto or "
                    + "full",
                    e);
            if (plan.Plan.NewCheckpoint is { } made)
                await new CheckpointRemover(_domain.Tracking, context.Journal)
                    .TryRemoveAsync(made, CancellationToken.None).ConfigureAwait(false);
            JobDirectory.Remove(_intent!.JobDirectory); // begun, so set
            var whole = plan with { Plan = plan.Plan.WithoutBase($"libvirt says: {e.Message}") };
            return await BeginOnceAsync(whole, points, owner, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(PushPlan Plan, IReadOnlyList<PushTarget> Targets, DateTimeOffset Instant)> BeginOnceAsync(
        PushPlan plan, IReadOnlyList<ImagePoint> points, QemuOwner? owner, CancellationToken cancellationToken)
    {
        var directory = ImageStaging.NewPath(_set);
        var targets = plan.PlaceIn(_set, directory, _request, points);
        _intent = new JobIntent
        {
            Point = ImageSet.NameOf(plan.Plan.Sequence, plan.Plan.Level),
            RepositoryId = _set.Id,
            Checkpoint = plan.Plan.NewCheckpoint,
            JobDirectory = directory,
            StartedPaused = false,
            Device = targets[0].IsDevice ? targets[0].Path : null,
        };
        context.Journal.Append(new JournalRecord.JobBegun(_intent));
        PushTargets.RequireSizes(targets);
        await ImageStaging.CreateAsync(directory, owner, cancellationToken).ConfigureAwait(false);
        foreach (var target in targets.Where(target => target.IsDevice))
            _set.MarkOverwritten(points, target.Path, _intent.Point);
        await PushTargets.CreateAsync(targets, owner, cancellationToken).ConfigureAwait(false);
        _changes = await UnreportedChanges.LookAsync(
            targets, target => plan.BelowOf(_set, target, points), cancellationToken).ConfigureAwait(false);
        await job.BeginAsync(plan.Plan, targets).ConfigureAwait(false);
        return (plan, targets, context.Time.GetUtcNow());
    }

    /// <summary>Until a job begins libvirt lets others merge and move images, also when the plan has been made.
    /// </summary>
    private async Task RequireSameImagesAsync(BackupPlan plan)
    {
        var now = await _domain.ReadDefinitionAsync(CancellationToken.None).ConfigureAwait(false);
        var moved = plan.Disks.Zip(MovedImages.Follow(plan, now).Disks)
            .FirstOrDefault(pair => pair.First.Parent is not null && pair.Second.Parent is null);
        if (moved.First is not null)
            throw new BackupException(
                FailureKind.Failed,
                $"push of domain '{_domain.Name}' was given up: the images of disk '{moved.First.Disk.Name}' were "
                + "changed by somebody while it began; run it again");
    }

    private ImagePoint Describe(
        BackupPlan plan, DateTimeOffset instant, string definition, IReadOnlyList<ImagePointDisk> disks) => new()
    {
        Schema = ImagePoint.CurrentSchema,
        Id = _intent!.Point, // begun, so set
        Set = _set.Id,
        Origin = "push",
        Domain = _domain.Name,
        DomainUuid = _domain.Uuid,
        Generation = plan.Generation,
        Sequence = plan.Sequence,
        Level = plan.Level,
        Reason = plan.Reason,
        Time = instant,
        Parent = plan.Base?.Id,
        Checkpoint = plan.NewCheckpoint,
        Quiesced = false,
        DefinitionSha256 = ImageStaging.HashOf(definition),
        Disks = disks,
        Warnings = [.. context.Warnings],
        MadeBy = $"{context.Options.Program}, libvirt {context.Host.Libvirt}, QEMU {context.Host.Qemu}",
    };

    private PushReport Report(ImagePoint point) => new()
    {
        Point = point.Id,
        Directory = _set.PathOf(point.Id),
        Domain = point.Domain,
        Level = point.Level,
        Reason = point.Reason,
        Checkpoint = point.Checkpoint,
        Parent = point.Parent,
        Disks = [.. point.Disks.Select(disk => WrittenImage.Of(_set, point, disk))],
        Warnings = [.. context.Warnings],
    };
}
