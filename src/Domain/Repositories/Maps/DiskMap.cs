using LibvirtBackup.Repositories.Documents;

namespace LibvirtBackup.Repositories.Maps;

/// <summary>
/// A stored disk's map: what every chunk of the disk is. Reads nodes on demand and keeps only the last path, so that
/// going through the leaves in order reads each node once. Thread-safe.
/// </summary>
internal sealed class DiskMap(BlobReader reader, MapShape shape, MapEntry root)
{
    private readonly InnerNode?[] _path = new InnerNode?[shape.TopLevel + 1];

    internal MapShape Shape { get; } = shape;

    internal MapEntry Root { get; } = root;

    /// <summary>The entries of the chunks below leaf <paramref name="leaf"/>.</summary>
    internal async ValueTask<MapEntry[]> ReadLeafAsync(long leaf, CancellationToken cancellationToken)
    {
        var entry = await ReadLeafEntryAsync(leaf, cancellationToken).ConfigureAwait(false);
        if (entry.Kind == EntryKind.Data)
            return await ReadNodeAsync(entry, 0, leaf, cancellationToken).ConfigureAwait(false);
        var entries = new MapEntry[Shape.EntryCount(0, leaf)];
        Array.Fill(entries, entry);
        return entries;
    }

    /// <summary>The entry that stands for the whole of leaf <paramref name="leaf"/>.</summary>
    internal async ValueTask<MapEntry> ReadLeafEntryAsync(long leaf, CancellationToken cancellationToken)
    {
        var entry = Root;
        for (var level = Shape.TopLevel; level > 0 && entry.Kind == EntryKind.Data; level--)
        {
            var index = leaf / Power(level);
            var node = _path[level];
            if (node?.Id != entry.Id || node.Index != index)
            {
                var entries = await ReadNodeAsync(entry, level, index, cancellationToken).ConfigureAwait(false);
                _path[level] = node = new InnerNode(entry.Id, index, entries);
            }

            entry = node.Entries[leaf / Power(level - 1) % MapNode.Width];
        }

        return entry;
    }

    private async ValueTask<MapEntry[]> ReadNodeAsync(
        MapEntry entry, int level, long index, CancellationToken cancellationToken)
    {
        var bytes = await reader.ReadAsync(entry.Id, cancellationToken).ConfigureAwait(false);
        var entries = new MapEntry[Shape.EntryCount(level, index)];
        try
        {
            MapNode.Decode(bytes, level, entries);
        }
        catch (InvalidDataException e)
        {
            throw Damage.OfData($"map node {entry.Id} is damaged: {e.Message}", e);
        }

        return entries;
    }

    private static long Power(int level)
    {
        long power = 1;
        for (var i = 0; i < level; i++) power *= MapNode.Width;
        return power;
    }

    private sealed record InnerNode(ChunkId Id, long Index, MapEntry[] Entries);
}
