namespace LibvirtBackup.Repositories.Maps;

/// <summary>
/// A node of a disk map: up to <see cref="Width"/> entries. As bytes: magic, level, one kind byte per entry, then the
/// ids of the data entries in order. Equal content is equal bytes, so equal subtrees of any two disks are stored
/// once.
/// </summary>
internal static class MapNode
{
    /// <summary>Wide, so that a path from the root to a chunk is two or three nodes.</summary>
    internal const int Width = 1024;

    private const int HeaderLength = 6;

    private static ReadOnlySpan<byte> Magic => "LVBMN"u8;

    internal static byte[] Encode(int level, ReadOnlySpan<MapEntry> entries)
    {
        var data = 0;
        foreach (var entry in entries)
            if (entry.Kind == EntryKind.Data)
                data++;
        var node = new byte[HeaderLength + entries.Length + (data * ChunkId.Size)];
        Magic.CopyTo(node);
        node[5] = (byte)level;
        var ids = node.AsSpan(HeaderLength + entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            node[HeaderLength + i] = (byte)entries[i].Kind;
            if (entries[i].Kind != EntryKind.Data) continue;
            entries[i].Id.Write(ids);
            ids = ids[ChunkId.Size..];
        }

        return node;
    }

    /// <summary>Fills <paramref name="entries"/>, which must have the node's length.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such a node.</exception>
    internal static void Decode(ReadOnlySpan<byte> node, int level, Span<MapEntry> entries)
    {
        if (node.Length < HeaderLength + entries.Length || !node.StartsWith(Magic) || node[5] != level)
            throw new InvalidDataException($"not a map node of level {level} with {entries.Length} entries");
        var ids = node[(HeaderLength + entries.Length)..];
        for (var i = 0; i < entries.Length; i++)
        {
            var kind = (EntryKind)node[HeaderLength + i];
            if (kind > EntryKind.Data) throw new InvalidDataException($"unknown map entry kind {(byte)kind}");
            if (kind == EntryKind.Data && ids.Length < ChunkId.Size)
                throw new InvalidDataException("map node ends early");
            entries[i] = new MapEntry(kind, kind == EntryKind.Data ? ChunkId.Read(ids) : default);
            if (kind == EntryKind.Data) ids = ids[ChunkId.Size..];
        }

        if (ids.Length > 0) throw new InvalidDataException("map node has more bytes than entries");
    }
}
