using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Recovery.Table;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Recovery;

/// <summary>
/// What a repository knows of one domain, by UUID: points of another UUID say nothing about this domain's bitmaps.
/// </summary>
internal sealed class PointsOfDomain
{
    private readonly Dictionary<string, PointSummary> _byCheckpoint;
    private readonly IReadOnlySet<string> _damaged;
    private readonly Func<string, CancellationToken, Task<RestorePoint>> _read;

    /// <param name="repositoryId">The repository, or null when none is open.</param>
    /// <param name="points">Its points, of all domains.</param>
    /// <param name="damaged">Ids of points that were found damaged.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="read">Reads a point's manifest.</param>
    internal PointsOfDomain(
        string? repositoryId,
        IEnumerable<PointSummary> points,
        IReadOnlySet<string> damaged,
        Guid domain,
        Func<string, CancellationToken, Task<RestorePoint>> read)
    {
        RepositoryId = repositoryId;
        _read = read;
        _damaged = damaged;
        _byCheckpoint = points.Where(point => point.DomainUuid == domain && point.Checkpoint is not null)
            .GroupBy(point => point.Checkpoint!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);
    }

    internal string? RepositoryId { get; }

    /// <summary>For those who look at no points: without any, or where only names count.</summary>
    internal static PointsOfDomain None(string? repositoryId) => new(
        repositoryId,
        [],
        new HashSet<string>(),
        Guid.Empty,
        (_, _) => throw new InvalidOperationException("there are no points to read"));

    internal TrackingOwner OwnerOf(string checkpoint) =>
        !CheckpointNaming.TryParse(checkpoint, out var parts) ? TrackingOwner.Foreign
        : parts.RepositoryId == RepositoryId ? TrackingOwner.ThisRepository
        : TrackingOwner.OtherRepository;

    /// <summary>A point that lacks the disk is none for it.</summary>
    internal PointPresence PresenceOf(string checkpoint, string disk) =>
        Find(checkpoint) is not { } point || point.Disks.All(d => d.Name != disk) ? PointPresence.Absent
        : _damaged.Contains(point.Id) ? PointPresence.Damaged
        : PointPresence.Present;

    internal PointSummary? Find(string checkpoint) => _byCheckpoint.GetValueOrDefault(checkpoint);

    /// <summary>
    /// The granularity that QEMU gave the bitmaps of a checkpoint, by disk: the cluster size, within its bounds
    /// (<c>bdrv_get_default_bitmap_granularity</c>).
    /// </summary>
    internal async Task<IReadOnlyDictionary<string, long>> ReadGranularitiesAsync(
        string checkpoint, CancellationToken cancellationToken)
    {
        if (Find(checkpoint) is not { } summary) return new Dictionary<string, long>();
        try
        {
            var point = await _read(summary.Id, cancellationToken).ConfigureAwait(false);
            return point.Disks.Where(disk => disk.Image?.ClusterSizeBytes is not null).ToDictionary(
                disk => disk.Name,
                disk => Math.Clamp((long)disk.Image!.ClusterSizeBytes!, 4 * Units.KiB, 64 * Units.KiB),
                StringComparer.Ordinal);
        }
        catch (BackupException)
        {
            // A manifest that cannot be read is verify's to tell.
            return new Dictionary<string, long>();
        }
    }

    /// <summary>
    /// The checkpoints that later backups want: of each track, the newest whole point's and the newest whole full's.
    /// </summary>
    internal IEnumerable<string> ListWanted() => _byCheckpoint.Values
        .Where(point => !_damaged.Contains(point.Id))
        .GroupBy(point => point.Track, StringComparer.Ordinal)
        .SelectMany(track => (PointSummary?[])
        [
            track.MaxBy(point => point.Sequence),
            track.Where(point => point.Level == BackupLevel.Full).MaxBy(point => point.Sequence),
        ])
        .OfType<PointSummary>()
        .Select(point => point.Checkpoint!)
        .Distinct(StringComparer.Ordinal);
}
