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

    /// <summary>The entries of a leaf; leaves are taken in order, and some left out.</summary>
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
            var entries = await map.ReadLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
            _leaves[leaf % MapNode.Width] = entries;
            for (var i = 0; i < entries.Length; i++)
            {
                var offset = ((leaf * MapNode.Width) + i) * shape.ChunkSizeBytes;
                if (entries[i].Kind == EntryKind.Data)
                {
                    if (begin < 0) begin = offset;
                }
                else if (begin >= 0)
                {
                    Announce(begin, offset);
                    begin = -1;
                }
            }
        }

        if (begin >= 0) Announce(begin, Math.Min(_end * shape.LeafBytes, shape.SizeBytes));
    }

    private void Announce(long begin, long end)
    {
        if (end - begin >= LeastBytes) announce?.Invoke(begin, end - begin);
    }
}
