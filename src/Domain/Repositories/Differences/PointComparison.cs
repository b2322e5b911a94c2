using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Differences;

/// <summary>
/// What changed between two points of a repository, from what is stored: neither the guest nor the disks' data is
/// read, and equal parts cost nothing. Any two points can be compared; a disk that one of them does not have counts
/// as one of no bytes.
/// </summary>
internal sealed class PointComparison
{
    private readonly Repository _repository;

    /// <summary>Prepares a comparison.</summary>
    /// <param name="repository">The repository that has both points.</param>
    /// <param name="before">The earlier point, or what is to be the start.</param>
    /// <param name="after">The later point.</param>
    public PointComparison(Repository repository, RestorePoint before, RestorePoint after)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        (_repository, Before, After) = (repository, before, after);
    }

    /// <summary>The earlier point.</summary>
    public RestorePoint Before { get; }

    /// <summary>The later point.</summary>
    public RestorePoint After { get; }

    /// <summary>Names of the disks that either point has: first the later's, in its order.</summary>
    public IReadOnlyList<string> Disks =>
        [.. After.Disks.Concat(Before.Disks).Select(disk => disk.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// Where one disk differs, ascending; extents that touch differ in kind. Whole chunks, since a chunk is compared
    /// by its id.
    /// </summary>
    /// <param name="disk">One of <see cref="Disks"/>.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="BackupException">Failed: neither point has the disk. Integrity: a map is damaged.</exception>
    public IAsyncEnumerable<DifferentExtent> FindAsync(string disk, CancellationToken cancellationToken)
    {
        var (before, after) = (Find(Before, disk), Find(After, disk));
        return before is null && after is null
            ? throw new BackupException(
                FailureKind.Failed,
                $"neither '{Before.Id}' nor '{After.Id}' has a disk '{disk}'; they have {string.Join(", ", Disks)}")
            : new MapComparison(SideOf(before), SideOf(after)).FindAsync(cancellationToken);
    }

    private static RestorePointDisk? Find(RestorePoint point, string disk) =>
        point.Disks.FirstOrDefault(d => d.Name == disk);

    private MapSide SideOf(RestorePointDisk? disk) => new(
        _repository.Reader,
        new MapShape(disk?.VirtualSizeBytes ?? 0, _repository.ChunkSizeBytes),
        disk is null ? MapEntry.Hole : MapEntry.Parse(disk.Root));
}
