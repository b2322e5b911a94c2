using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Restores;

/// <summary>
/// Reads a map's leaves ahead, all below one inner node at once (4 GiB of disk in chunks of 64 KiB, 3 MiB of memory),
/// so that long stretches of data are known before any of their bytes is written.
/// </summary>
/// <param name="map">The disk's map.</param>
/// <param name="announce">Told of each stretch, by offset and length in bytes; or null.</param>
internal sealed class LeafWindow(DiskMap map, Action<long, long>? announce)
{
    /// <summary>What is shorter costs more to announce than it saves.</summary>
    private const long LeastBytes = 4 * Units.MiB;

    private readonly MapEntry[]?[] _leaves = new MapEntry[MapNode.Width][];
    private long _end;

    /// <summary>The entries of a leaf that has data; leaves are taken in order, and some left out.</summary>
    internal async ValueTask<MapEntry[]> TakeAsync(long leaf, CancellationToken cancellationToken)
    {
        if (leaf >= _end) await ReadAsync(leaf, cancellationToken).ConfigureAwait(false);
        return _leaves[leaf % MapNode.Width]!;
    }

    private async ValueTask ReadAsync(long first, CancellationToken cancellationToken)
    {
        var shape = map.Shape;
        _end = Math.Min(shape.LeafCount, ((first / MapNode.Width) + 1) * MapNode.Width);
        var begin = -1L; // of the stretch that goes on
        for (var leaf = first; leaf < _end; leaf++)
        {
            var whole = await map.ReadLeafEntryAsync(leaf, cancellationToken).ConfigureAwait(false);
            if (whole.Kind != EntryKind.Data)
            {
                begin = Announce(begin, leaf * shape.LeafBytes);
                continue;
            }

            var entries = await map.ReadLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
            _leaves[leaf % MapNode.Width] = entries;
            for (var i = 0; i < entries.Length; i++)
            {
                var offset = (leaf * shape.LeafBytes) + ((long)i * shape.ChunkSizeBytes);
                if (entries[i].Kind != EntryKind.Data) begin = Announce(begin, offset);
                else if (begin < 0) begin = offset;
            }
        }

        Announce(begin, Math.Min(_end * shape.LeafBytes, shape.SizeBytes));
    }

    /// <returns>-1, for no stretch goes on.</returns>
    private long Announce(long begin, long end)
    {
        if (begin >= 0 && end - begin >= LeastBytes) announce?.Invoke(begin, end - begin);
        return -1;
    }
}
