using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Planning;

/// <summary>How many points a track may have. Pure; what is decided is done after the new point exists.</summary>
internal static class TrackLimit
{
    /// <summary>Refuses one point more.</summary>
    /// <param name="request">The limit, and whether it may be kept by dropping.</param>
    /// <param name="points">The points of the track.</param>
    /// <exception cref="BackupException">The track is full.</exception>
    internal static void RefuseWhenFull(BackupRequest request, IReadOnlyCollection<PointSummary> points)
    {
        if (request.MaxPoints is not { } most || request.ForceCycle || points.Count < most) return;
        throw new BackupException(
            FailureKind.Failed,
            $"track '{request.Track}' of domain '{request.Domain}' has {points.Count} restore points, and --max-points "
            + $"allows {most}; remove some ('lvbackup prune' or 'lvbackup forget'), allow more, or give --force-cycle "
            + "to drop the oldest");
    }

    /// <summary>
    /// What goes once the new point exists: points that are known to be damaged first, then the oldest. What a later
    /// backup starts from stays, and so does the newest good point of a disk that the new point has not.
    /// </summary>
    /// <param name="request">The limit.</param>
    /// <param name="history">The track without the new point.</param>
    /// <param name="basePoint">What the new point starts from, or null.</param>
    /// <param name="level">The level of the new point.</param>
    /// <param name="hasCheckpoint">Whether later backups can start from the new point.</param>
    /// <param name="disks">The disks of the new point.</param>
    /// <returns>The points to drop, in the order of dropping.</returns>
    internal static IReadOnlyList<PointSummary> Excess(
        BackupRequest request,
        TrackHistory history,
        PointSummary? basePoint,
        BackupLevel level,
        bool hasCheckpoint,
        IReadOnlySet<string> disks)
    {
        if (request.MaxPoints is not { } most || !request.ForceCycle) return [];
        var needed = new HashSet<string?>(StringComparer.Ordinal);
        if (!hasCheckpoint) needed.UnionWith([basePoint?.Id, history.Newest?.Id, history.NewestFull?.Id]);
        // Where a differential is kept, the next one is likely.
        if (level != BackupLevel.Full && history.NewestFull is { } full
            && (level == BackupLevel.Differential || history.Points.Any(
                point => point.Level == BackupLevel.Differential && point.Sequence > full.Sequence)))
            needed.Add(full.Id);
        needed.UnionWith(NewestOfOtherDisks(history, disks));
        return [.. history.Points
            .Where(point => !needed.Contains(point.Id))
            .OrderBy(point => !history.Damaged.Contains(point.Id))
            .ThenBy(point => point.Sequence)
            .Take(history.Points.Count + 1 - most)];
    }

    private static IEnumerable<string> NewestOfOtherDisks(TrackHistory history, IReadOnlySet<string> disks) =>
        history.Points
            .Where(point => !history.Damaged.Contains(point.Id))
            .SelectMany(point => point.Disks, (point, disk) => (point, disk.Name))
            .Where(pair => !disks.Contains(pair.Name))
            .GroupBy(pair => pair.Name, StringComparer.Ordinal)
            .Select(ofDisk => ofDisk.MaxBy(pair => pair.point.Sequence).point.Id);
}
