namespace LibvirtBackup.Repositories.Maps;

/// <summary>
/// Builds a disk's map from its leaves, given in any order. A subtree of nothing but holes, or nothing but zeroes, is
/// that entry and no node.
/// </summary>
internal sealed class DiskMapBuilder(BlobWriter writer, MapShape shape)
{
    private readonly MapEntry[] _leaves = new MapEntry[shape.LeafCount];
    private long _storedBytes;

    /// <summary>Bytes that the map's own nodes added to the repository.</summary>
    internal long StoredBytes => Interlocked.Read(ref _storedBytes);

    /// <summary>Stores a leaf. Calls for different leaves may overlap.</summary>
    internal async Task SetLeafAsync(long leaf, ReadOnlyMemory<MapEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Length != shape.EntryCount(0, leaf))
            throw new ArgumentException(
                $"leaf {leaf} has {shape.EntryCount(0, leaf)} entries, not {entries.Length}", nameof(entries));
        _leaves[leaf] = await StoreNodeAsync(0, entries, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes over a leaf of another map of the same shape there.</summary>
    internal void SetLeaf(long leaf, MapEntry entry) => _leaves[leaf] = entry;

    /// <summary>
    /// Stores the inner nodes and returns the root. Every leaf must have been set; an unset one is a hole.
    /// </summary>
    internal async Task<MapEntry> FinishAsync(CancellationToken cancellationToken)
    {
        var level = _leaves;
        for (var height = 1; level.Length > 1; height++)
        {
            var above = new MapEntry[Units.DivideUp(level.Length, MapNode.Width)];
            for (var i = 0; i < above.Length; i++)
            {
                var start = i * MapNode.Width;
                var children = level.AsMemory(start, Math.Min(MapNode.Width, level.Length - start));
                above[i] = await StoreNodeAsync(height, children, cancellationToken).ConfigureAwait(false);
            }

            level = above;
        }

        return level is [var root] ? root : MapEntry.Hole;
    }

    private async Task<MapEntry> StoreNodeAsync(
        int level, ReadOnlyMemory<MapEntry> entries, CancellationToken cancellationToken)
    {
        var first = entries.Span[0];
        if (first.Kind != EntryKind.Data && !entries.Span.ContainsAnyExcept(first)) return first;
        var (id, stored) = await writer.AddAsync(MapNode.Encode(level, entries.Span), cancellationToken)
            .ConfigureAwait(false);
        Interlocked.Add(ref _storedBytes, stored);
        return MapEntry.Data(id);
    }
}
