using System.Globalization;
using System.Security.Cryptography;
using LibvirtBackup.Backups.Capturing;
using LibvirtBackup.Backups.Freezing;
using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Maintenance.Sources;

namespace LibvirtBackup.Backups;

/// <summary>One backup of one domain, which is locked.</summary>
internal sealed class BackupRun(BackupContext context)
{
    private readonly IBackupDomain _domain = context.Domain;
    private readonly Repository _repository = context.Repository;
    private readonly BackupRequest _request = context.Request;

    internal async Task<BackupReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        context.Warnings.AddRange(await FreezeRecovery.RunAsync(context, cancellationToken).ConfigureAwait(false));
        // Before anything is read from the repository: from here on nothing that this run builds on is deleted.
        var purpose = $"backup of domain '{_domain.Name}'";
        var writer = await _repository.BeginWriteAsync(purpose, cancellationToken).ConfigureAwait(false);
        await using var closing = writer.ConfigureAwait(false);
        var start = new HeldPoint(_repository, purpose);
        await using var releasing = start.ConfigureAwait(false);
        var (points, unreadable) = await _repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
        context.Warnings.AddRange(unreadable);
        var recovery = new CrashRecovery(_domain, context.Journal, context.State);
        context.Warnings.AddRange(
            await recovery.RecoverAsync(_repository.Id, points, cancellationToken).ConfigureAwait(false));
        await PullJob.RefuseWhenBusyAsync(_domain, cancellationToken).ConfigureAwait(false);
        TrackLimit.RefuseWhenFull(
            _request, [.. points.Where(point => point.DomainUuid == _domain.Uuid && point.Track == _request.Track)]);

        var preparation = new TrackPreparation(
            context, points, await _repository.ListDamagedPointsAsync(cancellationToken).ConfigureAwait(false));
        var isRunning = await _domain.Tracking.IsRunningAsync(cancellationToken).ConfigureAwait(false);
        var definition = await _domain.ReadDefinitionAsync(cancellationToken).ConfigureAwait(false);
        var selection = DiskSelection.Select(definition, _request);
        context.Warnings.AddRange(selection.Warnings);

        var startPaused = !isRunning && await MayStartAsync(cancellationToken).ConfigureAwait(false);
        var pointId = NewPointId();
        var copy = context.Sources.CopyInto(context, writer);
        CapturedDomain? domain = null; // just before the disks' instant, when the domain runs for sure
        CapturedDisks captured;
        if (isRunning || startPaused)
        {
            captured = await new OnlineCapture(context)
                .RunAsync(
                    () => PlanAsync(null), pointId, startPaused, copy, CommitAsync, cancellationToken)
                .ConfigureAwait(false);
        }
        else
        {
            var images = await context.Sources.LookAsync(selection.Disks, cancellationToken).ConfigureAwait(false);
            var plan = await PlanAsync(images).ConfigureAwait(false);
            captured = await CaptureShutOffAsync(plan, images, copy, cancellationToken)
                .ConfigureAwait(false);
            await CommitAsync(captured).ConfigureAwait(false);
        }

        // It may be one of those that go.
        await start.DisposeAsync().ConfigureAwait(false);
        var dropped = await DropAsync(captured.Plan.Dropped).ConfigureAwait(false);
        await IndexMerging.TryAsync(_repository, CancellationToken.None).ConfigureAwait(false);
        return Report(pointId, captured) with { Dropped = dropped };

        async Task<BackupPlan> PlanAsync(IShutOffDisks? images)
        {
            var capturing = context.Sources.CaptureAsync(context, writer, selection, isRunning, cancellationToken);
            BackupPlan plan;
            try
            {
                plan = await this.PlanAsync(preparation, selection, images, start, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch
            {
                // It writes to the session, which ends now.
                await ((Task)capturing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }

            domain = await capturing.ConfigureAwait(false);
            context.Warnings.AddRange(domain.Warnings);
            return plan;
        }

        async Task CommitAsync(CapturedDisks disks)
        {
            // The last moment at which giving up leaves nothing; from here on the point is finished and kept.
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var healed in FindHealed(disks))
            {
                context.Warnings.Add($"disk '{healed.Disk.Name}' is read in full: {healed.Reason}");
                await DistrustAsync(healed.Disk.Name, healed.Reason!).ConfigureAwait(false); // healing gives a reason
            }

            foreach (var pack in writer.LostPacks)
                context.Warnings.Add(
                    $"repository '{_repository.Location}' has lost pack {pack} or a part of it; what this backup needs "
                    + "of it was stored again, run 'lvbackup verify' to see which points miss the rest");
            var manifest = new ManifestBuilder(context, writer, domain!); // planned, so captured
            var point = await manifest.BuildAsync(pointId, disks, CancellationToken.None).ConfigureAwait(false);
            await writer.FinishAsync(CancellationToken.None).ConfigureAwait(false);
            await start.RequireAsync(CancellationToken.None).ConfigureAwait(false);
            await _repository.CommitAsync(point, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the domain, which is shut off, is to be started paused, and that harms nothing.</summary>
    private async Task<bool> MayStartAsync(CancellationToken cancellationToken)
    {
        if (!_request.StartPaused) return false;
        if (!await _domain.Jobs.HasSavedMemoryAsync(cancellationToken).ConfigureAwait(false)) return true;
        // libvirt would go on with that memory and remove it; when the domain is stopped again, it is lost.
        context.Warnings.Add(
            $"domain '{_domain.Name}' is not started: its memory is saved ('virsh managedsave'), and a start would use "
            + "that up; its images are read as they are");
        return false;
    }

    private async Task<CapturedDisks> CaptureShutOffAsync(
        BackupPlan plan, IShutOffDisks images, CopyDisks copy, CancellationToken cancellationToken)
    {
        var capture = new OfflineCapture(context.Time);
        var captured = await capture.RunAsync(plan, images, copy, cancellationToken).ConfigureAwait(false);
        var shrunk = StoredBitmapAudit.FindShrunk(context.Journal.View, captured);
        if (shrunk.Count == 0) return captured;
        foreach (var (disk, reason) in shrunk)
            await DistrustAsync(disk, reason).ConfigureAwait(false);
        var why = shrunk[0].Why;
        return await capture.RunAsync(WithoutBase(plan, why), images, copy, cancellationToken).ConfigureAwait(false);
    }

    private BackupPlan WithoutBase(BackupPlan plan, string why) =>
        _request.Level is BackupLevel.Incremental or BackupLevel.Differential
            ? throw new BackupException(
                FailureKind.NotSupported,
                $"{_request.Level} backup of domain '{_domain.Name}' is not possible: {why}; use --level auto or full")
            : plan.WithoutBase(why);

    private async Task<BackupPlan> PlanAsync(
        TrackPreparation preparation, DiskSelection selection, IShutOffDisks? images, HeldPoint start,
        CancellationToken cancellationToken)
    {
        var history = await preparation.PrepareAsync(isRunning: images is null, cancellationToken)
            .ConfigureAwait(false);
        var plan = await BackupPlanner.PlanAsync(
                _request, _repository.Id, CheckpointNaming.NewMark(), history, selection, isRunning: images is null,
                async name => (images is null
                    ? preparation.Probe(name)
                    : images.Probe(name, history.Checkpoints.Contains(name)).WithoutDropped(context.Journal.View))
                    .Distrusting(await _repository.Notes.ListDistrustedAsync(cancellationToken).ConfigureAwait(false)),
                id => _repository.Points.ReadAsync(id, cancellationToken))
            .ConfigureAwait(false);
        if (plan.Base is { } point && !await start.TryHoldAsync(point.Id, cancellationToken).ConfigureAwait(false))
            plan = WithoutBase(plan, $"point {point.Id} was removed meanwhile");
        // A point without a checkpoint may be forgotten, and then nothing else knows of its number.
        if (plan.NewCheckpoint is null)
            context.Journal.Append(new JournalRecord.Used(_repository.Id, _request.Track, plan.Sequence));
        foreach (var disk in plan.Disks.Where(disk => disk.Reason is not null && disk.Reason != plan.Reason))
            context.Warnings.Add($"disk '{disk.Disk.Name}' is read in full: {disk.Reason}");
        return plan;
    }

    /// <summary>Removes points of a full track. What is left by a crash meanwhile, the next run removes.</summary>
    /// <returns>The ids of those that are gone.</returns>
    private async Task<IReadOnlyList<string>> DropAsync(IReadOnlyList<PointSummary> excess)
    {
        var dropped = new List<string>();
        foreach (var point in excess)
        {
            try
            {
                await _repository.ForgetAsync(point.Id, CancellationToken.None).ConfigureAwait(false);
                dropped.Add(point.Id);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or BackupException)
            {
                context.Warnings.Add(
                    $"restore point {point.Id} could not be dropped: {e.Message}; the next run does it");
                // One that is in use hinders no other.
                if (e is not BackupException { Kind: FailureKind.Busy }) break;
            }
        }

        return dropped;
    }

    /// <summary>The disks that were to be incremental and turned out not to be.</summary>
    private static IEnumerable<DiskPlan> FindHealed(CapturedDisks captured) => captured.Plan.Disks
        .Zip(captured.Disks, (planned, captured) => (Planned: planned, Done: captured.Plan))
        .Where(disk => disk.Planned.Parent is not null && disk.Done.Parent is null)
        .Select(disk => disk.Done);

    /// <summary>
    /// No bitmap that is there now is believed on this disk any more: what one of them missed, older ones may have
    /// missed too.
    /// </summary>
    private Task DistrustAsync(string disk, string why) =>
        DistrustNotes.WriteAsync(_repository, _domain.Uuid, disk, why, CancellationToken.None);

    private BackupReport Report(string pointId, CapturedDisks captured) => new()
    {
        Point = pointId,
        Domain = _domain.Name,
        Track = _request.Track,
        Level = captured.Plan.Level,
        Reason = captured.Plan.Reason,
        Checkpoint = captured.Plan.NewCheckpoint,
        Parent = captured.Plan.Base?.Id,
        Consistency = captured.Freeze is null ? PointConsistency.Crash : PointConsistency.FileSystem,
        Disks = [.. captured.Disks.Select(disk => new DiskBackupReport
        {
            Name = disk.Plan.Disk.Name,
            Level = disk.Plan.Level,
            Reason = disk.Plan.Reason,
            VirtualSizeBytes = disk.Result.SizeBytes,
            ReadBytes = disk.Result.ReadBytes,
            DirtyBytes = disk.Result.DirtyBytes,
            StoredBytes = disk.Result.StoredBytes,
        })],
        Warnings = context.Warnings,
    };

    private string NewPointId()
    {
        var stamp = context.Time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        return $"{stamp}-{RandomNumberGenerator.GetHexString(6, lowercase: true)}";
    }
}
