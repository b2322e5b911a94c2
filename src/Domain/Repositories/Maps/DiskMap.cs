namespace LibvirtBackup.Repositories.Maps;

/// <summary>A stored disk's map: what every chunk of the disk is. Reads nodes on demand and keeps none.</summary>
internal sealed class DiskMap(BlobReader reader, MapShape shape, MapEntry root)
{
    internal MapShape Shape { get; } = shape;

    internal MapEntry Root { get; } = root;

    /// <summary>The entries of the chunks below leaf <paramref name="leaf"/>.</summary>
    internal async ValueTask<MapEntry[]> ReadLeafAsync(long leaf, CancellationToken cancellationToken)
    {
        var (level, index, entry) = await FindAsync(leaf, cancellationToken).ConfigureAwait(false);
        var count = Shape.EntryCount(0, leaf);
        if (level < 0) return await ReadNodeAsync(entry, 0, index, cancellationToken).ConfigureAwait(false);
        var entries = new MapEntry[count];
        Array.Fill(entries, entry);
        return entries;
    }

    /// <summary>The entry that stands for the whole of leaf <paramref name="leaf"/>.</summary>
    internal async ValueTask<MapEntry> ReadLeafEntryAsync(long leaf, CancellationToken cancellationToken) =>
        (await FindAsync(leaf, cancellationToken).ConfigureAwait(false)).Entry;

    private async ValueTask<(int Level, long Index, MapEntry Entry)> FindAsync(
        long leaf, CancellationToken cancellationToken)
    {
        var entry = Root;
        for (var level = Shape.TopLevel; level >= 0; level--)
        {
            if (entry.Kind != EntryKind.Data) return (level, leaf, entry);
            if (level == 0) break;
            var index = leaf / Power(level);
            var node = await ReadNodeAsync(entry, level, index, cancellationToken).ConfigureAwait(false);
            entry = node[leaf / Power(level - 1) % MapNode.Width];
        }

        return (-1, leaf, entry);
    }

    private async ValueTask<MapEntry[]> ReadNodeAsync(
        MapEntry entry, int level, long index, CancellationToken cancellationToken)
    {
        var bytes = await reader.ReadAsync(entry.Id, cancellationToken).ConfigureAwait(false);
        var entries = new MapEntry[Shape.EntryCount(level, index)];
        MapNode.Decode(bytes, level, entries);
        return entries;
    }

    private static long Power(int level)
    {
        long power = 1;
        for (var i = 0; i < level; i++) power *= MapNode.Width;
        return power;
    }
}
