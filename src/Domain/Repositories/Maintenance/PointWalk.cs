using System.Collections.Concurrent;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Walks the maps of points, reads every node, and notes what cannot be read or is listed nowhere. What was met before
/// is not entered again.
/// </summary>
internal sealed class PointWalk(Repository repository, ConcurrentDictionary<ChunkId, Loss> lost)
{
    // A guest can write bytes that are those of a node: what is marked as a chunk has not been entered.
    private readonly BlobMarks _entered = new(repository.Index);

    /// <summary>What the points need.</summary>
    internal BlobMarks Marks { get; } = new(repository.Index);

    /// <exception cref="InvalidDataException">The manifest has something that cannot be.</exception>
    internal async Task WalkAsync(RestorePoint point, CancellationToken cancellationToken)
    {
        foreach (var (_, id) in PointTree.DirtyMapsOf(point))
            await MeetAsync(id, cancellationToken).ConfigureAwait(false);
        foreach (var tree in PointTree.Of(point, repository.ChunkSizeBytes))
            await WalkAsync(tree.Shape, tree.Shape.TopLevel, 0, tree.Root, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WalkAsync(
        MapShape shape, int level, long index, MapEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Kind != EntryKind.Data || !await MeetAsync(entry.Id, cancellationToken).ConfigureAwait(false)
            || level < 0 || await _entered.TryMarkAsync(entry.Id, cancellationToken).ConfigureAwait(false) == false)
            return;
        var children = new MapEntry[shape.EntryCount(level, index)];
        try
        {
            MapNode.Decode(
                await repository.Reader.ReadAsync(entry.Id, cancellationToken).ConfigureAwait(false), level, children);
        }
        catch (Exception e) when (e is InvalidDataException or BackupException { Kind: FailureKind.Integrity })
        {
            lost.TryAdd(entry.Id, new Loss(entry.Id.ToString(), Damage.ProblemOf(e)));
            return;
        }

        var first = index * MapNode.Width;
        if (level > 0)
        {
            for (var i = 0; i < children.Length; i++)
                await WalkAsync(shape, level - 1, first + i, children[i], cancellationToken).ConfigureAwait(false);
            return;
        }

        await Parallel.ForEachAsync(
            children.Where(child => child.Kind == EntryKind.Data),
            cancellationToken,
            async (child, token) => await MeetAsync(child.Id, token).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <returns>True when the blob is listed.</returns>
    private async ValueTask<bool> MeetAsync(ChunkId id, CancellationToken cancellationToken)
    {
        try
        {
            if (await Marks.TryMarkAsync(id, cancellationToken).ConfigureAwait(false) is not null) return true;
            lost.TryAdd(id, new Loss(id.ToString(), "no index lists it"));
            return false;
        }
        catch (BackupException e) when (e.Kind == FailureKind.Integrity)
        {
            lost.TryAdd(id, new Loss(id.ToString(), e.Problem));
            return false;
        }
    }
}
