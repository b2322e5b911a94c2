using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Backups.Copying;

/// <summary>
/// Copies one disk into the repository, leaf by leaf of its map. Each leaf asks for its own extents, so memory does
/// not grow with the disk or with fragmentation.
/// </summary>
internal sealed class DiskCopier
{
    /// <summary>
    /// Chunks next to each other are read in one request up to this size: large enough for QEMU, small enough to
    /// overlap.
    /// </summary>
    private const int RequestBytes = Units.MiB;

    /// <summary>The largest cluster of a qcow2 image.</summary>
    private const int LargestClusterBytes = 2 * Units.MiB;

    private const int LeavesInFlight = 2;
    private const int RequestsPerLeaf = 6;

    private readonly IDiskSource _source;
    private readonly DiskMap? _parent;
    private readonly bool _incremental;
    private readonly BlobWriter _writer;
    private readonly RateLimiter _limiter;
    private readonly Action<long, long> _progress;
    private readonly MapShape _shape;
    private readonly DiskMapBuilder _map;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, RangeSet> _dirtyByLeaf = [];
    private LeafWork? _tail;
    private long _done;
    private long _read;
    private long _stored;
    private long _unreported;

    /// <param name="source">The disk.</param>
    /// <param name="parent">The map that unchanged chunks come from, or null to read everything.</param>
    /// <param name="chunkSizeBytes">The repository's chunk size.</param>
    /// <param name="writer">Receives chunks and map nodes.</param>
    /// <param name="limiter">Delays reads.</param>
    /// <param name="progress">Receives bytes done and bytes read, from several threads.</param>
    internal DiskCopier(
        IDiskSource source,
        DiskMap? parent,
        int chunkSizeBytes,
        BlobWriter writer,
        RateLimiter limiter,
        Action<long, long> progress)
    {
        (_source, _parent, _incremental, _writer) = (source, parent, parent is not null, writer);
        (_limiter, _progress) = (limiter, progress);
        _shape = new MapShape(source.SizeBytes, chunkSizeBytes);
        _map = new DiskMapBuilder(writer, _shape);
    }

    internal async Task<DiskCopyResult> CopyAsync(CancellationToken cancellationToken)
    {
        await Parallel.ForAsync(0, _shape.LeafCount, Options(LeavesInFlight, cancellationToken), CopyLeafAsync)
            .ConfigureAwait(false);
        await AuditTailAsync(cancellationToken).ConfigureAwait(false);
        var root = await _map.FinishAsync(cancellationToken).ConfigureAwait(false);
        return new DiskCopyResult
        {
            SizeBytes = _shape.SizeBytes,
            Root = root,
            Dirty = _incremental ? JoinDirty() : null,
            ReadBytes = _read,
            StoredBytes = _stored + _map.StoredBytes,
            UnreportedBytes = _unreported,
        };
    }

    private static ParallelOptions Options(int degree, CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = degree, CancellationToken = cancellationToken };

    private async ValueTask CopyLeafAsync(long leaf, CancellationToken cancellationToken)
    {
        var start = leaf * _shape.LeafBytes;
        var range = new ByteRange(start, Math.Min(_shape.LeafBytes, _shape.SizeBytes - start));
        var (zero, dirty) = (new RangeSet(), _incremental ? new RangeSet() : null);
        await _source.ReadMapAsync(range, zero, dirty, cancellationToken).ConfigureAwait(false);
        if (dirty is { Count: > 0 })
            lock (_gate) _dirtyByLeaf.Add(leaf, dirty);

        var parent = await ReadParentLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
        var work = new LeafWork(_shape, leaf, parent, zero, dirty);
        RememberTail(work);
        if (work.IsUnchanged && work.HasParentForAll && _parent!.Shape.EntryCount(0, leaf) == work.Entries.Length)
        {
            _map.SetLeaf(leaf, await _parent.ReadLeafEntryAsync(leaf, cancellationToken).ConfigureAwait(false));
            Report(range.Length);
            return;
        }

        Interlocked.Add(ref _unreported, work.UnreportedHoleBytes);
        Report(range.Length - work.BytesToRead);
        await ReadAsync(work, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadAsync(LeafWork work, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(
            work.GroupReads(RequestBytes / _shape.ChunkSizeBytes),
            Options(RequestsPerLeaf, cancellationToken),
            (run, token) => ReadRunAsync(work, run.First, run.Count, token)).ConfigureAwait(false);
        await _map.SetLeafAsync(work.Leaf, work.Entries, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A disk that shrank to within a cluster and grew again has zeroes in the rest of that cluster, which QEMU marks
    /// neither dirty nor free. All that follows the cluster was given up, so what is there now and clean is free: the
    /// cluster can only be the last one with unreported data. Reading that one again costs at most 2 MiB and closes
    /// the gap.
    /// </summary>
    private async Task AuditTailAsync(CancellationToken cancellationToken)
    {
        if (_tail is null) return;
        _tail.PlanTailAudit(LargestClusterBytes);
        await ReadAsync(_tail, cancellationToken).ConfigureAwait(false);
    }

    private void RememberTail(LeafWork work)
    {
        if (work.LastInheritedData < 0) return;
        lock (_gate)
            if (_tail is null || _tail.Leaf < work.Leaf) _tail = work;
    }

    /// <summary>
    /// The parent's entries of the leaf; fewer than the leaf has where the disk has grown or its end moved.
    /// </summary>
    private async ValueTask<MapEntry[]> ReadParentLeafAsync(long leaf, CancellationToken cancellationToken)
    {
        if (_parent is null || leaf >= _parent.Shape.LeafCount) return [];
        var entries = await _parent.ReadLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
        var first = leaf * MapNode.Width;
        var count = (int)Math.Min(entries.Length, _shape.ChunkCount - first);
        // The last chunk may be short, and of another length than here.
        if (count > 0 && _parent.Shape.ChunkLength(first + count - 1) != _shape.ChunkLength(first + count - 1)) count--;
        return entries[..count];
    }

    private async ValueTask ReadRunAsync(LeafWork work, int first, int count, CancellationToken cancellationToken)
    {
        var offset = work.OffsetOf(first);
        var length = (int)(work.OffsetOf(first + count) - offset);
        await _limiter.WaitAsync(length, cancellationToken).ConfigureAwait(false);
        using var buffer = NativeBufferPool.Shared.Rent(length);
        await _source.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _read, length);
        for (var i = first; i < first + count; i++)
        {
            var chunk = buffer.Memory.Slice((int)(work.OffsetOf(i) - offset), work.LengthOf(i));
            var (entry, stored) = await StoreAsync(chunk, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _stored, stored);
            if (work.Actions[i] == ChunkAction.ReadUnreported && !ReadTheSame(entry, work.Entries[i]))
                Interlocked.Add(ref _unreported, chunk.Length);
            work.Entries[i] = entry;
        }

        Report(length);
    }

    private async ValueTask<(MapEntry Entry, int StoredBytes)> StoreAsync(
        ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        if (!chunk.Span.ContainsAnyExcept((byte)0)) return (MapEntry.Zero, 0);
        var (id, stored) = await _writer.AddAsync(chunk, cancellationToken).ConfigureAwait(false);
        return (MapEntry.Data(id), stored);
    }

    private static bool ReadTheSame(MapEntry a, MapEntry b) =>
        a == b || (a.Kind != EntryKind.Data && b.Kind != EntryKind.Data);

    private void Report(long done) => _progress(Interlocked.Add(ref _done, done), Interlocked.Read(ref _read));

    private RangeSet JoinDirty()
    {
        var all = new RangeSet();
        foreach (var ranges in _dirtyByLeaf.Values)
            foreach (var range in ranges)
                all.Append(range);
        return all;
    }
}
