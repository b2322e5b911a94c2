namespace LibvirtBackup.Repositories.Maps;

/// <summary>
/// A node of a disk map: up to <see cref="Width"/> entries. As bytes: magic, level, one kind byte per entry, then the
/// ids of the data entries in order. Equal content is equal bytes, so equal subtrees of any two disks are stored
/// once.
/// </summary>
internal static class MapNode
{
    /// <summary>
    /// Wide, so that a path from the root to a chunk is three nodes for any disk of up to 1 TiB; and not wider, since a
    /// chunk that changes makes each node of its path anew, and a node is read and hashed as a whole.
    /// </summary>
    internal const int Width = 256;

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

    /// <summary>Finds the kinds and the ids of a node that has so many entries, and checks all that
    /// <see cref="Decode"/> does.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such a node.</exception>
    internal static void Split(
        ReadOnlySpan<byte> node, int level, int count, out ReadOnlySpan<byte> kinds, out ReadOnlySpan<byte> ids)
    {
        if (node.Length < HeaderLength + count || !node.StartsWith(Magic) || node[5] != level)
            throw NotThat(level, count);
        kinds = node.Slice(HeaderLength, count);
        ids = node[(HeaderLength + count)..];
        if (kinds.ContainsAnyExceptInRange((byte)EntryKind.Hole, (byte)EntryKind.Data))
            throw new InvalidDataException("unknown map entry kind");
        if (ids.Length != kinds.Count((byte)EntryKind.Data) * ChunkId.Size)
            throw new InvalidDataException("map node does not have as many bytes as entries");
    }

    /// <summary>Fills <paramref name="entries"/>, which must have the node's length.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such a node.</exception>
    internal static void Decode(ReadOnlySpan<byte> node, int level, Span<MapEntry> entries)
    {
        Split(node, level, entries.Length, out var kinds, out var ids);
        for (var i = 0; i < entries.Length; i++)
        {
            if ((EntryKind)kinds[i] != EntryKind.Data)
            {
                entries[i] = new MapEntry((EntryKind)kinds[i], default);
                continue;
            }

            entries[i] = MapEntry.Data(ChunkId.Read(ids));
            ids = ids[ChunkId.Size..];
        }
    }

    private static InvalidDataException NotThat(int level, int count) =>
        new($"not a map node of level {level} with {count} entries");
}
