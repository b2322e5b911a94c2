using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Says where points are affected by the loss of blobs. A subtree that was found to have none of them is not entered
/// again.
/// </summary>
internal sealed class DamageLocator(Repository repository, IReadOnlyDictionary<ChunkId, Loss> lost)
{
    private readonly BlobMarks _whole = new(repository.Index);

    /// <summary>Those of the lost blobs that some point needed.</summary>
    internal HashSet<ChunkId> Needed { get; } = [];

    /// <summary>What of a point is affected, in ascending order per disk.</summary>
    internal async Task<IReadOnlyList<VerifyProblem>> LocateAsync(
        RestorePoint point, CancellationToken cancellationToken)
    {
        var problems = new List<VerifyProblem>();
        if (lost.Count == 0) return problems;
        foreach (var tree in PointTree.Of(point, repository.ChunkSizeBytes))
            await foreach (var place in FindAsync(tree, cancellationToken).ConfigureAwait(false))
                Add(problems, tree, place);
        foreach (var (disk, id) in PointTree.DirtyMapsOf(point))
            if (lost.TryGetValue(id, out var loss))
            {
                Needed.Add(id);
                problems.Add(new VerifyProblem(
                    disk, null, null, loss.StoredObject,
                    $"the record of what changed since the parent is lost, the disk is not affected: {loss.Message}"));
            }

        return problems;
    }

    /// <summary>The places of lost blobs in a tree.</summary>
    internal async IAsyncEnumerable<LostPlace> FindAsync(
        PointTree tree, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shape = tree.Shape;
        // Nodes are left when all below them has been seen; the count of places tells whether they are whole.
        var path = new Stack<(int Level, long Index, MapEntry Entry, long Before, bool IsLeft)>();
        path.Push((shape.TopLevel, 0, tree.Root, 0, false));
        var places = 0L;
        while (path.TryPop(out var at))
        {
            var (level, index, entry, before, isLeft) = at;
            if (entry.Kind != EntryKind.Data) continue;
            if (isLeft)
            {
                if (places == before)
                    await _whole.TryMarkAsync(entry.Id, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (lost.TryGetValue(entry.Id, out var loss))
            {
                Needed.Add(entry.Id);
                places++;
                var span = SpanOf(shape, level);
                var offset = index * span;
                yield return new LostPlace(
                    entry.Id, loss, level, index, offset, Math.Min(span, shape.SizeBytes - offset));
                continue;
            }

            if (level < 0 || await _whole.IsMarkedAsync(entry.Id, cancellationToken).ConfigureAwait(false)) continue;
            var children = new MapEntry[shape.EntryCount(level, index)];
            MapNode.Decode(
                await repository.Reader.ReadAsync(entry.Id, cancellationToken).ConfigureAwait(false), level, children);
            path.Push((level, index, entry, places, true));
            for (var i = children.Length - 1; i >= 0; i--)
                path.Push((level - 1, (index * MapNode.Width) + i, children[i], 0, false));
        }
    }

    private static long SpanOf(MapShape shape, int level)
    {
        Int128 span = shape.ChunkSizeBytes;
        for (var i = 0; i <= level; i++) span *= MapNode.Width;
        return (long)Int128.Min(span, shape.SizeBytes);
    }

    private static void Add(List<VerifyProblem> problems, PointTree tree, LostPlace place)
    {
        var what = tree.File is null ? "" : $"file '{tree.File}': ";
        var problem = new VerifyProblem(
            tree.Disk, place.OffsetBytes, place.LengthBytes, place.Loss.StoredObject, what + place.Loss.Message);
        // One line for what lies together and is lost for the same reason.
        if (problems is [.., var last]
            && last == problem with { OffsetBytes = last.OffsetBytes, LengthBytes = last.LengthBytes }
            && last.OffsetBytes + last.LengthBytes == problem.OffsetBytes)
            problems[^1] = last with { LengthBytes = last.LengthBytes + problem.LengthBytes };
        else
            problems.Add(problem);
    }
}
