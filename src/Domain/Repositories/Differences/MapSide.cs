using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Differences;

/// <summary>One of two maps that are compared. Level -1 is that of the chunks themselves.</summary>
internal sealed class MapSide(BlobReader reader, MapShape shape, MapEntry root)
{
    internal int TopLevel => shape.TopLevel;

    /// <summary>The entry that stands for the whole disk in a tree of <paramref name="topLevel"/>.</summary>
    internal SideEntry RootAt(int topLevel) =>
        new(root, IsVirtual: root.Kind == EntryKind.Data && topLevel > shape.TopLevel);

    /// <summary>The bytes of the disk below an entry: 0 behind its end.</summary>
    internal long CoveredBytes(int level, long index)
    {
        var span = Span(level);
        var start = (Int128)index * span;
        return start >= shape.SizeBytes ? 0 : Math.Min(span, shape.SizeBytes - (long)start);
    }

    /// <summary>The bytes below a full entry, or as many as there can be.</summary>
    internal long Span(int level)
    {
        Int128 span = shape.ChunkSizeBytes;
        for (var i = 0; i <= level; i++) span *= MapNode.Width;
        return (long)Int128.Min(span, long.MaxValue);
    }

    /// <summary>How many entries the node there has.</summary>
    internal int EntryCount(int level, long index) => shape.EntryCount(level, index);

    /// <summary>The bytes of a node, in a buffer of the shared pool, which the caller returns.</summary>
    internal ValueTask<ArraySegment<byte>> RentNodeAsync(SideEntry entry, CancellationToken cancellationToken) =>
        reader.RentAsync(entry.Entry.Id, cancellationToken);

    /// <summary>Fills in the entries of a node, those behind the disk's end as holes.</summary>
    internal async ValueTask ReadChildrenAsync(
        int level, long index, SideEntry entry, SideEntry[] children, CancellationToken cancellationToken)
    {
        Array.Fill(children, new SideEntry(MapEntry.Hole));
        if (entry.IsVirtual)
        {
            children[0] = RootAt(level - 1);
        }
        else if (entry.Entry.Kind != EntryKind.Data)
        {
            Array.Fill(children, entry);
        }
        else
        {
            var entries = new MapEntry[shape.EntryCount(level, index)];
            MapNode.Decode(
                await reader.ReadAsync(entry.Entry.Id, cancellationToken).ConfigureAwait(false), level, entries);
            for (var i = 0; i < entries.Length; i++) children[i] = new SideEntry(entries[i]);
        }
    }
}
