using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Differences;

/// <summary>One of two maps that are compared. Level -1 is that of the chunks themselves.</summary>
internal sealed class MapSide(BlobReader reader, MapShape shape, MapEntry root)
{
    // By level, from -1 on: they are asked for at each entry.
    private readonly long[] _spans = SpansOf(shape.ChunkSizeBytes);

    internal int TopLevel => shape.TopLevel;

    /// <summary>The entry that stands for the whole disk in a tree of <paramref name="topLevel"/>.</summary>
    internal SideEntry RootAt(int topLevel) =>
        new(root, IsVirtual: root.Kind == EntryKind.Data && topLevel > shape.TopLevel);

    /// <summary>The bytes of the disk below an entry: 0 behind its end.</summary>
    internal long CoveredBytes(int level, long index)
    {
        var span = Span(level);
        var before = shape.SizeBytes / span;
        return index < before ? span : (index == before ? shape.SizeBytes % span : 0);
    }

    /// <summary>The bytes below a full entry, or as many as there can be.</summary>
    internal long Span(int level) => _spans[level + 1];

    /// <summary>How many entries the node there has.</summary>
    internal int EntryCount(int level, long index) => shape.EntryCount(level, index);

    /// <summary>The bytes of nodes of any map of the repository.</summary>
    internal ValueTask<RentedBlobs> RentNodesAsync(
        IReadOnlyList<SideEntry> entries, CancellationToken cancellationToken) =>
        reader.RentAllAsync([.. entries.Select(entry => entry.Entry.Id)], cancellationToken);

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

    private static long[] SpansOf(int chunkSizeBytes)
    {
        var spans = new List<long> { chunkSizeBytes };
        while (spans[^1] <= long.MaxValue / MapNode.Width) spans.Add(spans[^1] * MapNode.Width);
        return [.. spans, long.MaxValue];
    }
}
