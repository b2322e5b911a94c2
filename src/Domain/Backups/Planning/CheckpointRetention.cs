using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Planning;

/// <summary>
/// Which checkpoints no later backup needs. Every recording bitmap costs QEMU memory, and time when the image is
/// closed.
/// </summary>
internal static class CheckpointRetention
{
    /// <summary>Checkpoints of older points that stay: the last full's, and as many more as are asked for.</summary>
    /// <param name="request">How many.</param>
    /// <param name="history">The track without the new point.</param>
    /// <param name="level">The new point's level.</param>
    /// <param name="dropped">Points that go: their checkpoints would belong to nothing.</param>
    internal static IReadOnlyList<string> Kept(
        BackupRequest request, TrackHistory history, BackupLevel level, IReadOnlyList<PointSummary> dropped)
    {
        var staying = history.Points.Except(dropped).ToList();
        var full = level == BackupLevel.Full ? null : history.NewestFull;
        var more = staying.Where(point => point.Checkpoint is { } name && history.Checkpoints.Contains(name))
            .OrderByDescending(point => point.Sequence)
            .Take(request.KeepCheckpoints);
        return [.. staying.Where(point => point.Id == full?.Id).Concat(more)
            .Select(point => point.Checkpoint!).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Which checkpoints go.</summary>
    /// <param name="names">All checkpoints of the domain.</param>
    /// <param name="newest">The checkpoint of the newest point: incrementals start from it.</param>
    /// <param name="kept">Others that stay: differentials start from the last full's.</param>
    /// <returns>Names of our own checkpoints of the newest one's repository and track only.</returns>
    internal static IReadOnlyList<string> Superseded(
        IEnumerable<string> names, string newest, IReadOnlyList<string> kept)
    {
        if (!CheckpointNaming.TryParse(newest, out var ours)) return [];
        return [.. names.Where(name =>
            name != newest
            && !kept.Contains(name, StringComparer.Ordinal)
            && CheckpointNaming.TryParse(name, out var parts)
            && parts.RepositoryId == ours.RepositoryId
            && parts.Track == ours.Track)];
    }
}
