using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Differences;

/// <summary>
/// Compares two leaves of the same place and length, as they are stored: nothing is made of the entries that are equal,
/// which are most.
/// </summary>
internal static class LeafComparison
{
    /// <param name="before">The earlier leaf's bytes, which match its id.</param>
    /// <param name="after">The later leaf's.</param>
    /// <param name="count">How many entries both have.</param>
    /// <param name="add">Receives, ascending, what is different: the entry's place, what it is now, and whether its
    /// content can be another one.</param>
    /// <exception cref="InvalidDataException">The bytes are no such leaf.</exception>
    internal static void Find(
        ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, int count, Action<int, EntryKind, bool> add)
    {
        MapNode.Split(before, 0, count, out var oldKinds, out var oldIds);
        MapNode.Split(after, 0, count, out var newKinds, out var newIds);
        if (oldIds.Length == newIds.Length && oldIds.Length == count * ChunkId.Size)
        {
            FindAmongData(oldIds, newIds, add);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            var (old, now) = ((EntryKind)oldKinds[i], (EntryKind)newKinds[i]);
            var oldId = Take(old, ref oldIds);
            var newId = Take(now, ref newIds);
            if (old != now || !oldId.SequenceEqual(newId))
                add(i, now, old == EntryKind.Data || now == EntryKind.Data);
        }
    }

    private static void FindAmongData(
        ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, Action<int, EntryKind, bool> add)
    {
        for (var at = 0; at < before.Length;)
        {
            at += before[at..].CommonPrefixLength(after[at..]);
            if (at == before.Length) return;
            var place = at / ChunkId.Size;
            add(place, EntryKind.Data, true);
            at = (place + 1) * ChunkId.Size;
        }
    }

    private static ReadOnlySpan<byte> Take(EntryKind kind, ref ReadOnlySpan<byte> ids)
    {
        if (kind != EntryKind.Data) return default;
        var id = ids[..ChunkId.Size];
        ids = ids[ChunkId.Size..];
        return id;
    }
}
