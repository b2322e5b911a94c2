using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// The blobs that the points need, by walking the maps of their disks; a subtree that is marked is not entered again,
/// so points that share most of their data cost little each.
/// </summary>
internal sealed class LiveBlobs(Repository repository)
{
    private readonly HashSet<string> _points = new(StringComparer.Ordinal);

    // A guest can write bytes that are those of a node: what is marked as a chunk has not been entered.
    private readonly BlobMarks _entered = new(repository.Index);

    private volatile bool _hasUnlisted;

    internal BlobMarks Marks { get; } = new(repository.Index);

    /// <summary>True when a point needs something that no index lists: an index was lost, perhaps, and packs that look
    /// needless are not.</summary>
    internal bool HasUnlisted => _hasUnlisted;

    /// <summary>Marks what the points need that have not been seen yet.</summary>
    /// <exception cref="BackupException">
    /// Integrity: what a point needs cannot be known, so nothing may be deleted.
    /// </exception>
    internal async Task MarkNewAsync(CancellationToken cancellationToken)
    {
        var uses = await repository.Uses.ListAsync(cancellationToken).ConfigureAwait(false);
        // First the points, then the indexes: what a point needs was listed by an index before it existed.
        var ids = await repository.Points.ListIdsAsync(cancellationToken).ConfigureAwait(false);
        await RefuseMissingAsync(uses, ids, cancellationToken).ConfigureAwait(false);
        await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var id in ids.Where(_points.Add))
        {
            try
            {
                if (await repository.Points.TryReadAsync(id, cancellationToken).ConfigureAwait(false) is { } point)
                    await MarkAsync(point, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidDataException or BackupException { Kind: FailureKind.Integrity })
            {
                throw new BackupException(
                    FailureKind.Integrity,
                    $"nothing is deleted, for it cannot be known what point {id} needs: {Damage.ProblemOf(e)}; try "
                    + $"'lvbackup repair', or remove it by 'lvbackup forget {id}'",
                    e);
            }
        }
    }

    /// <summary>
    /// A point in use is never removed by us; where somebody else did it, its data is all that a domain has.
    /// </summary>
    private async Task RefuseMissingAsync(
        IReadOnlyList<PointUse> uses, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var known = ids.ToHashSet(StringComparer.Ordinal);
        if (uses.All(use => known.Contains(use.Point))) return;
        // Who has ended its use meanwhile may have had its point removed.
        uses = await repository.Uses.ListAsync(cancellationToken).ConfigureAwait(false);
        if (uses.FirstOrDefault(use => !known.Contains(use.Point) && !_points.Contains(use.Point)) is { } missing)
            throw new BackupException(
                FailureKind.Integrity,
                $"nothing is deleted: the manifest of point {missing.Point} is not there though {missing.Reason}; "
                + missing.Remedy);
    }

    private async Task MarkAsync(RestorePoint point, CancellationToken cancellationToken)
    {
        foreach (var (_, id) in PointTree.DirtyMapsOf(point))
            await MarkAsync(id, cancellationToken).ConfigureAwait(false);
        foreach (var tree in PointTree.Of(point, repository.ChunkSizeBytes))
            await MarkTreeAsync(tree.Shape, tree.Shape.TopLevel, 0, tree.Root, cancellationToken)
                .ConfigureAwait(false);
    }

    private async ValueTask MarkTreeAsync(
        MapShape shape, int level, long index, MapEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Kind != EntryKind.Data) return;
        // A node that no index lists, without which nothing is known, is found below.
        await MarkAsync(entry.Id, cancellationToken).ConfigureAwait(false);
        if (level < 0 || await _entered.TryMarkAsync(entry.Id, cancellationToken).ConfigureAwait(false) == false)
            return;
        var children = new MapEntry[shape.EntryCount(level, index)];
        MapNode.Decode(
            await repository.Reader.ReadAsync(entry.Id, cancellationToken).ConfigureAwait(false), level, children);
        var first = index * MapNode.Width;
        if (level > 0)
        {
            for (var i = 0; i < children.Length; i++)
                await MarkTreeAsync(shape, level - 1, first + i, children[i], cancellationToken).ConfigureAwait(false);
            return;
        }

        await Parallel.ForEachAsync(
            children.Where(child => child.Kind == EntryKind.Data),
            cancellationToken,
            async (child, token) => await MarkAsync(child.Id, token).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    private async ValueTask MarkAsync(ChunkId id, CancellationToken cancellationToken)
    {
        if (await Marks.TryMarkAsync(id, cancellationToken).ConfigureAwait(false) is null) _hasUnlisted = true;
    }
}
