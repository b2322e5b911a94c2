using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Restores;

/// <summary>
/// Cuts a disk's map into runs for any number of takers, who need not wait for each other where one leaf ends and the
/// next begins.
/// </summary>
/// <param name="map">The disk's map.</param>
/// <param name="announce">Told of long stretches of data, by offset and length in bytes, before; or null.</param>
internal sealed class RunSource(DiskMap map, Action<long, long>? announce = null) : IDisposable
{
    /// <summary>Large enough that a write costs more than asking for it, small enough to keep many in flight.</summary>
    internal const int DataBytes = Units.MiB;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly LeafWindow _window = new(map, announce);
    private MapEntry[] _leaf = [];
    private long _nextLeaf;
    private int _at;

    internal int MostChunks { get; } = Math.Max(1, DataBytes / map.Shape.ChunkSizeBytes);

    /// <returns>False when nothing is left.</returns>
    internal async ValueTask<bool> TryTakeAsync(DiskRun run, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (_at == _leaf.Length)
            {
                if (_nextLeaf == map.Shape.LeafCount) return false;
                if (await TrySkipAsync(run, cancellationToken).ConfigureAwait(false)) return true;
                _leaf = await _window.TakeAsync(_nextLeaf++, cancellationToken).ConfigureAwait(false);
                _at = 0;
            }

            Take(run, map.Shape);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>Takes whole leaves of nothing but holes, or nothing but zeroes, at once.</summary>
    private async ValueTask<bool> TrySkipAsync(DiskRun run, CancellationToken cancellationToken)
    {
        var first = _nextLeaf;
        var kind = EntryKind.Data;
        while (_nextLeaf < map.Shape.LeafCount)
        {
            var entry = await map.ReadLeafEntryAsync(_nextLeaf, cancellationToken).ConfigureAwait(false);
            if (entry.Kind == EntryKind.Data || (_nextLeaf > first && entry.Kind != kind)) break;
            kind = entry.Kind;
            _nextLeaf++;
        }

        if (_nextLeaf == first) return false;
        var offset = first * map.Shape.LeafBytes;
        run.SetEmpty(kind, offset, Math.Min(_nextLeaf * map.Shape.LeafBytes, map.Shape.SizeBytes) - offset);
        return true;
    }

    private void Take(DiskRun run, MapShape shape)
    {
        var rest = _leaf.AsSpan(_at);
        var kind = rest[0].Kind;
        var most = kind == EntryKind.Data ? Math.Min(MostChunks, rest.Length) : rest.Length;
        var count = 1;
        while (count < most && rest[count].Kind == kind) count++;
        var offset = (((_nextLeaf - 1) * MapNode.Width) + _at) * shape.ChunkSizeBytes;
        var length = Math.Min((long)count * shape.ChunkSizeBytes, shape.SizeBytes - offset);
        if (kind == EntryKind.Data) run.SetData(rest[..count], offset, length);
        else run.SetEmpty(kind, offset, length);
        _at += count;
    }
}
