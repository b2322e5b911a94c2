using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Exports.Points;

/// <summary><c>base:allocation</c> of a point's disk.</summary>
internal sealed class AllocationMap(DiskMap map, LeafCache leaves) : IExportMap
{
    /// <summary>Leaves that one answer looks at: the client asks again from where it ends.</summary>
    private const int MostLeaves = 256;

    /// <inheritdoc/>
    public string Name => "base:allocation";

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<NbdExtent>> ReadAsync(
        ByteRange range, int most, CancellationToken cancellationToken)
    {
        var (shape, found) = (map.Shape, new ExtentList(range, most));
        var read = 0;
        for (var leaf = range.Offset / shape.LeafBytes; leaf < shape.LeafCount && read < MostLeaves; leaf++)
        {
            var whole = await map.ReadLeafEntryAsync(leaf, cancellationToken).ConfigureAwait(false);
            if (whole.Kind != EntryKind.Data)
            {
                var end = Math.Min((leaf + 1) * shape.LeafBytes, shape.SizeBytes);
                var start = Math.Max(range.Offset, leaf * shape.LeafBytes);
                if (!found.TryAdd(end - start, FlagsOf(whole))) break;
                continue;
            }

            read++;
            var entries = await leaves.ReadAsync(leaf, cancellationToken).ConfigureAwait(false);
            if (!TryAdd(found, range, leaf, entries)) break;
        }

        return found.Extents;
    }

    private bool TryAdd(ExtentList found, ByteRange range, long leaf, MapEntry[] entries)
    {
        var first = leaf * MapNode.Width;
        for (var i = 0; i < entries.Length; i++)
        {
            var offset = (first + i) * map.Shape.ChunkSizeBytes;
            var end = offset + map.Shape.ChunkLength(first + i);
            if (end <= range.Offset) continue;
            if (!found.TryAdd(end - Math.Max(offset, range.Offset), FlagsOf(entries[i]))) return false;
        }

        return true;
    }

    private static ulong FlagsOf(MapEntry entry) => entry.Kind switch
    {
        EntryKind.Hole => NbdExtent.Hole | NbdExtent.Zero,
        EntryKind.Zero => NbdExtent.Zero,
        _ => 0,
    };
}
