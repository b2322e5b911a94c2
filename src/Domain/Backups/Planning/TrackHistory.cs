using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Planning;

/// <summary>What the repository and the host know of one track of one domain.</summary>
internal sealed record TrackHistory
{
    /// <summary>The track's points, oldest first.</summary>
    internal required IReadOnlyList<PointSummary> Points { get; init; }

    /// <summary>
    /// The sequence of the next point: more than that of any point, of any checkpoint of the track on the host, or of
    /// any that the journal knows of.
    /// </summary>
    internal required int NextSequence { get; init; }

    /// <summary>The generation of the newest full, 0 before the first.</summary>
    internal int Generation => Points.Select(point => point.Generation).DefaultIfEmpty().Max();

    /// <summary>Ids of points that were found damaged: nothing may build on them.</summary>
    internal IReadOnlySet<string> Damaged { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Names of the checkpoints that libvirt knows.</summary>
    internal IReadOnlySet<string> Checkpoints { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// The newest whole point whose checkpoint libvirt knows. It need not be the newest point: each checkpoint stands
    /// alone, and a domain that was restored from an older point has that one's. Where libvirt knows none of them, the
    /// newest that had one.
    /// </summary>
    internal PointSummary? Newest => FindBase(Points);

    /// <summary>The same among the fulls.</summary>
    internal PointSummary? NewestFull => FindBase(Points.Where(point => point.Level == BackupLevel.Full));

    internal static TrackHistory From(
        IEnumerable<PointSummary> all,
        string repositoryId,
        Guid domain,
        string track,
        IEnumerable<string> checkpoints,
        int highestSequence)
    {
        var points = all.Where(point => point.DomainUuid == domain && point.Track == track).OrderBy(p => p.Sequence)
            .ToList();
        var known = checkpoints.ToHashSet(StringComparer.Ordinal);
        var used = known.Select(name => CheckpointNaming.TryParse(name, out var parts) ? parts : null)
            .Where(parts => parts?.RepositoryId == repositoryId && parts.Track == track)
            .Select(parts => parts!.Sequence);
        return new TrackHistory
        {
            Points = points,
            Checkpoints = known,
            NextSequence = points.Select(point => point.Sequence).Concat(used).Append(highestSequence).Max() + 1,
        };
    }

    private PointSummary? FindBase(IEnumerable<PointSummary> points)
    {
        var bases = points.Where(IsBase).ToList();
        return bases.LastOrDefault(point => Checkpoints.Contains(point.Checkpoint!)) ?? bases.LastOrDefault();
    }

    private bool IsBase(PointSummary point) => point.Checkpoint is not null && !Damaged.Contains(point.Id);
}
