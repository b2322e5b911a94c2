using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Planning;

/// <summary>Decides the level of each disk. Pure: everything it needs was asked before.</summary>
internal static class BackupPlanner
{
    /// <param name="request">What the user wants.</param>
    /// <param name="repositoryId">The repository, for the checkpoint's name.</param>
    /// <param name="mark">What makes that name one that never was.</param>
    /// <param name="history">The track.</param>
    /// <param name="selection">The disks.</param>
    /// <param name="isRunning">
    /// False when the domain is shut off and stays so: no checkpoint can be made.
    /// </param>
    /// <param name="probe">Looks at the base's checkpoint; called only when there is a base.</param>
    /// <param name="read">Reads the base's manifest; called only when there is a base.</param>
    /// <exception cref="BackupException">NotSupported: the level asked for cannot be done for any disk.</exception>
    internal static async Task<BackupPlan> PlanAsync(
        BackupRequest request,
        string repositoryId,
        string mark,
        TrackHistory history,
        DiskSelection selection,
        bool isRunning,
        Func<string, Task<CheckpointProbe>> probe,
        Func<string, Task<RestorePoint>> read)
    {
        var summary = FindBase(request, history, out var reason);
        var checkpoint = summary is null ? null : await probe(summary.Checkpoint!).ConfigureAwait(false);
        if (checkpoint is { Exists: false })
        {
            reason = checkpoint.Reasons.Values.FirstOrDefault()
                ?? $"libvirt has no checkpoint '{checkpoint.Name}' any more";
            (summary, checkpoint) = (null, null);
        }

        var basePoint = summary is null ? null : await read(summary.Id).ConfigureAwait(false);

        var disks = selection.Disks.Select(disk => PlanDisk(request, disk, basePoint, checkpoint, reason)).ToList();
        var hasIncremental = disks.Any(disk => disk.Parent is not null);
        if (!hasIncremental && request.Level is BackupLevel.Incremental or BackupLevel.Differential)
            throw new BackupException(FailureKind.NotSupported, Refusal(request, disks));
        return Assemble(
            request, repositoryId, mark, history, disks, hasIncremental ? (basePoint!, summary!) : null, isRunning,
            reason);
    }

    private static BackupPlan Assemble(
        BackupRequest request,
        string repositoryId,
        string mark,
        TrackHistory history,
        List<DiskPlan> disks,
        (RestorePoint Point, PointSummary Summary)? start,
        bool isRunning,
        string? reason)
    {
        var level = request.Level == BackupLevel.Copy ? BackupLevel.Copy
            : start is null ? BackupLevel.Full
            : request.Level == BackupLevel.Differential ? BackupLevel.Differential
            : BackupLevel.Incremental;
        var generation = level == BackupLevel.Full ? history.Generation + 1 : Math.Max(1, history.Generation);
        var makesCheckpoint = isRunning
            && level != BackupLevel.Copy
            && !request.NoCheckpoint
            && disks.Any(disk => disk.Disk.Untrackable is null);
        var names = disks.Select(disk => disk.Disk.Name).ToHashSet(StringComparer.Ordinal);
        var dropped = TrackLimit.Excess(request, history, start?.Summary, level, makesCheckpoint, names);
        return new BackupPlan
        {
            Level = level,
            Reason = level == BackupLevel.Full && request.Level != BackupLevel.Full
                ? reason ?? disks.Select(disk => disk.Reason).FirstOrDefault(r => r is not null)
                : null,
            Base = start?.Point,
            Generation = generation,
            Sequence = history.NextSequence,
            NewCheckpoint = makesCheckpoint
                ? new CheckpointNaming(repositoryId, request.Track, generation, history.NextSequence, mark).ToString()
                : null,
            KeptCheckpoints = CheckpointRetention.Kept(request, history, level, dropped),
            AskedCheckpoints = CheckpointRetention.Kept(request, history, BackupLevel.Full, dropped),
            Disks = disks,
            Dropped = dropped,
        };
    }

    private static PointSummary? FindBase(BackupRequest request, TrackHistory history, out string? reason)
    {
        reason = null;
        if (request.Level is BackupLevel.Full or BackupLevel.Copy) return null;
        if (request.Since is { } since) return FindSince(request, history, since);
        var point = request.Level == BackupLevel.Differential ? history.NewestFull : history.Newest;
        reason = point is not null ? null
            : history.Points.Count == 0 ? $"track '{request.Track}' has no restore point yet"
            : history.Points.Any(p => p.Checkpoint is not null)
                ? $"no restore point of track '{request.Track}' that has a checkpoint is whole: damage was found"
            : $"no restore point of track '{request.Track}' has a checkpoint";
        return point;
    }

    private static PointSummary FindSince(BackupRequest request, TrackHistory history, string since)
    {
        var point = history.Points.FirstOrDefault(point => point.Checkpoint == since)
            ?? throw new BackupException(
                FailureKind.Failed,
                $"no restore point of track '{request.Track}' was taken at checkpoint '{since}'; see 'lvbackup list'");
        return !history.Damaged.Contains(point.Id)
            ? point
            : throw new BackupException(
                FailureKind.NotSupported,
                $"point {point.Id}, which was taken at checkpoint '{since}', was found damaged, and what builds on it "
                + "would be damaged too; leave --since out, which starts from a whole point or reads everything, or "
                + "try 'lvbackup repair'");
    }

    private static DiskPlan PlanDisk(
        BackupRequest request, SelectedDisk disk, RestorePoint? basePoint, CheckpointProbe? checkpoint, string? noBase)
    {
        if (request.Level is BackupLevel.Full or BackupLevel.Copy)
            return new DiskPlan { Disk = disk, Level = request.Level, Reason = null, Parent = null };
        var parent = basePoint?.Disks.FirstOrDefault(d => d.Name == disk.Name);
        var why = disk.Untrackable ?? noBase ?? WhyFull(disk, basePoint!, checkpoint!);
        if (why is not null) return new DiskPlan { Disk = disk, Level = BackupLevel.Full, Reason = why, Parent = null };
        var level = request.Level == BackupLevel.Differential ? BackupLevel.Differential : BackupLevel.Incremental;
        return new DiskPlan
        {
            Disk = disk,
            Level = level,
            Reason = null,
            Parent = parent,
            BuriedImage = ImageMatch.FindBuried(
                disk, basePoint!, checkpoint!.SeededImages.GetValueOrDefault(disk.Name)), // else it was full
        };
    }

    private static string? WhyFull(SelectedDisk disk, RestorePoint basePoint, CheckpointProbe checkpoint)
    {
        var seeded = checkpoint.SeededImages.GetValueOrDefault(disk.Name);
        if (ImageMatch.WhyOther(disk, basePoint, seeded) is { } other) return other;
        if (checkpoint.Reasons.TryGetValue(disk.Name, out var why)) return why;
        if (!checkpoint.Disks.TryGetValue(disk.Name, out var isUsable))
            return $"checkpoint '{checkpoint.Name}' does not track this disk";
        return isUsable ? null : $"the bitmap of checkpoint '{checkpoint.Name}' is missing or broken on this disk";
    }

    private static string Refusal(BackupRequest request, List<DiskPlan> disks)
    {
        var level = request.Level == BackupLevel.Differential ? "a differential" : "an incremental";
        var why = string.Join("; ", disks.Select(disk => $"{disk.Disk.Name}: {disk.Reason}"));
        return $"{level} backup of domain '{request.Domain}' is not possible ({why}); use --level auto or full";
    }
}
