namespace LibvirtBackup.Repositories.Maps;

/// <summary>The form of a disk's map, which follows from the disk's and the chunks' sizes alone.</summary>
internal readonly record struct MapShape
{
    internal MapShape(long sizeBytes, int chunkSizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunkSizeBytes);
        SizeBytes = sizeBytes;
        ChunkSizeBytes = chunkSizeBytes;
        ChunkCount = Units.DivideUp(sizeBytes, chunkSizeBytes);
        LeafCount = Units.DivideUp(ChunkCount, MapNode.Width);
        for (var nodes = LeafCount; nodes > 1; nodes = Units.DivideUp(nodes, MapNode.Width)) TopLevel++;
    }

    internal long SizeBytes { get; }

    internal int ChunkSizeBytes { get; }

    internal long ChunkCount { get; }

    internal long LeafCount { get; }

    /// <summary>The root's level: 0 when the root is a leaf.</summary>
    internal int TopLevel { get; }

    /// <summary>Bytes of disk below one full leaf.</summary>
    internal long LeafBytes => (long)MapNode.Width * ChunkSizeBytes;

    /// <summary>The bytes of chunk <paramref name="index"/>; only the last one may be short.</summary>
    internal int ChunkLength(long index) => (int)Math.Min(ChunkSizeBytes, SizeBytes - (index * ChunkSizeBytes));

    /// <summary>The number of entries in the node at <paramref name="level"/> and <paramref name="index"/>.</summary>
    internal int EntryCount(int level, long index)
    {
        var below = ChunkCount;
        for (var i = 0; i < level; i++) below = Units.DivideUp(below, MapNode.Width);
        return (int)Math.Min(MapNode.Width, below - (index * MapNode.Width));
    }
}
