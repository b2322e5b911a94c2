using System.Runtime.CompilerServices;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Backups.Copying;

/// <summary>
/// Copies one disk into the repository: goes through its map in order, with a number of reads under way, each of which
/// is hashed, compressed and stored where it arrives. What grows in memory is an entry per leaf of the map, 40 bytes
/// for 256 chunks, and the ranges that are dirty, 16 bytes each.
/// </summary>
internal sealed class DiskCopier
{
    /// <summary>
    /// Chunks next to each other are read in one request up to this size: large enough for QEMU, small enough to stay
    /// in the processor's caches until they are hashed (512 KiB takes 1.1 times as long, 1 MiB 1.3 times, measured).
    /// </summary>
    private const int RequestBytes = 256 * Units.KiB;

    /// <summary>The largest cluster of a qcow2 image.</summary>
    private const int LargestClusterBytes = 2 * Units.MiB;

    /// <summary>Extents are asked for in pieces of this size: as much as one NBD request can ask for.</summary>
    private const long WindowBytes = 4 * Units.GiB;

    private const int RequestsInFlight = 12;

    /// <summary>Of what is taken over from the parent, as much is read all the same and compared.</summary>
    private const int SampleBytes = Units.MiB;

    private const int FewestSampledChunks = 4;

    private readonly IDiskSource _source;
    private readonly DiskMap? _parent;
    private readonly BlobWriter _writer;
    private readonly RateLimiter _limiter;
    private readonly Action<long, long> _progress;
    private readonly MapShape _shape;
    private readonly DiskMapBuilder _map;
    private readonly RangeSet? _dirty;
    private readonly InheritedSample _sample;
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
        (_source, _parent, _writer) = (source, parent, writer);
        _dirty = parent is null ? null : new RangeSet();
        (_limiter, _progress) = (limiter, progress);
        _shape = new MapShape(source.SizeBytes, chunkSizeBytes);
        _map = new DiskMapBuilder(writer, _shape);
        _sample = new InheritedSample(Math.Max(FewestSampledChunks, SampleBytes / chunkSizeBytes), _shape.LeafCount);
    }

    private int ChunksPerRequest => Math.Max(1, RequestBytes / _shape.ChunkSizeBytes);

    internal async Task<DiskCopyResult> CopyAsync(CancellationToken cancellationToken)
    {
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = RequestsInFlight,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(PlanAsync(cancellationToken), options, ReadRunAsync).ConfigureAwait(false);
        await AuditAsync(options).ConfigureAwait(false);
        var root = await _map.FinishAsync(cancellationToken).ConfigureAwait(false);
        return new DiskCopyResult
        {
            SizeBytes = _shape.SizeBytes,
            Root = root,
            Dirty = _dirty,
            ReadBytes = _read,
            StoredBytes = _stored + _map.StoredBytes,
            UnreportedBytes = _unreported,
        };
    }

    /// <summary>
    /// What is to be read, in the disk's order. Leaves with nothing to read are dealt with on the way.
    /// </summary>
    private async IAsyncEnumerable<LeafRun> PlanAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var leavesPerWindow = Math.Max(1, WindowBytes / _shape.LeafBytes);
        for (long first = 0; first < _shape.LeafCount; first += leavesPerWindow)
        {
            var end = Math.Min(first + leavesPerWindow, _shape.LeafCount);
            var (zero, dirty) = (new RangeSet(), _dirty is null ? null : new RangeSet());
            var window = RangeOf(first) with { Length = RangeOf(end - 1).End - RangeOf(first).Offset };
            await _source.ReadMapAsync(window, zero, dirty, cancellationToken).ConfigureAwait(false);
            if (_parent is null && zero.Contains(window))
            {
                // Leaves are holes until something else is known. Huge disks are mostly that.
                Report(window.Length);
                continue;
            }

            foreach (var range in dirty ?? []) _dirty!.Append(range); // both or none
            for (var leaf = first; leaf < end; leaf++)
                foreach (var run in await PlanLeafAsync(leaf, zero, dirty, cancellationToken).ConfigureAwait(false))
                    yield return run;
        }
    }

    private async ValueTask<IReadOnlyList<LeafRun>> PlanLeafAsync(
        long leaf, RangeSet zero, RangeSet? dirty, CancellationToken cancellationToken)
    {
        var range = RangeOf(leaf);
        if (zero.Contains(range) && await IsHoleAsync(leaf, cancellationToken).ConfigureAwait(false))
        {
            _map.SetLeaf(leaf, MapEntry.Hole);
            Report(range.Length);
            return [];
        }

        var parent = await ReadParentLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
        var work = new LeafWork(_shape, leaf, parent, zero, dirty);
        if (work.LastInheritedData >= 0) _tail = work;
        _sample.Offer(work);
        if (work.IsUnchanged && work.HasParentForAll && _parent!.Shape.EntryCount(0, leaf) == work.Entries.Length)
        {
            _map.SetLeaf(leaf, await _parent.ReadLeafEntryAsync(leaf, cancellationToken).ConfigureAwait(false));
            Report(range.Length);
            return [];
        }

        Interlocked.Add(ref _unreported, work.UnreportedHoleBytes);
        Report(range.Length - work.BytesToRead);
        var runs = work.BeginReads(ChunksPerRequest);
        if (runs.Count == 0) await _map.SetLeafAsync(leaf, work.Entries, cancellationToken).ConfigureAwait(false);
        return runs;
    }

    /// <summary>True when all of a leaf that is zeroes now was a hole before, or was not there: nothing to look at.
    /// </summary>
    private async ValueTask<bool> IsHoleAsync(long leaf, CancellationToken cancellationToken)
    {
        if (_parent is null || leaf >= _parent.Shape.LeafCount) return true;
        var entry = await _parent.ReadLeafEntryAsync(leaf, cancellationToken).ConfigureAwait(false);
        return entry.Kind == EntryKind.Hole;
    }

    private ByteRange RangeOf(long leaf)
    {
        var start = leaf * _shape.LeafBytes;
        return new ByteRange(start, Math.Min(_shape.LeafBytes, _shape.SizeBytes - start));
    }

    /// <summary>
    /// A disk that shrank to within a cluster and grew again has zeroes in the rest of that cluster, which QEMU marks
    /// neither dirty nor free. All that follows the cluster was given up, so what is there now and clean is free: the
    /// cluster can only be the last one with unreported data. Reading that one again costs at most 2 MiB and closes
    /// the gap. Elsewhere a sample is compared.
    /// </summary>
    private async Task AuditAsync(ParallelOptions options)
    {
        if (_tail is not { } tail) return; // nothing is inherited
        tail.PlanTailAudit(LargestClusterBytes);
        await Parallel.ForEachAsync(tail.BeginReads(ChunksPerRequest), options, ReadRunAsync)
            .ConfigureAwait(false);
        await Parallel.ForEachAsync(
            _sample.Chunks.Where(sample => !tail.IsAudited(sample.Chunk)), options, CompareAsync)
            .ConfigureAwait(false);
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

    private async ValueTask ReadRunAsync(LeafRun run, CancellationToken cancellationToken)
    {
        var work = run.Work;
        await _limiter.WaitAsync(run.Length, cancellationToken).ConfigureAwait(false);
        using var buffer = NativeBufferPool.Shared.Rent(run.Length);
        await _source.ReadAsync(run.Offset, buffer, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _read, run.Length);
        Interlocked.Add(ref _unreported, new RunReader(run, buffer.Span, _writer.Names).SetEntries());
        for (var i = run.First; i < run.First + run.Count; i++)
        {
            if (work.Entries[i].Kind != EntryKind.Data) continue;
            var chunk = buffer.Memory.Slice(run.OffsetOf(i), work.LengthOf(i));
            var stored = await _writer.AddAsync(work.Entries[i].Id, chunk, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _stored, stored);
        }

        if (work.EndRun())
            await _map.SetLeafAsync(work.Leaf, work.Entries, cancellationToken).ConfigureAwait(false);
        Report(run.Length);
    }

    private async ValueTask CompareAsync(SampledChunk sample, CancellationToken cancellationToken)
    {
        var length = _shape.ChunkLength(sample.Chunk);
        await _limiter.WaitAsync(length, cancellationToken).ConfigureAwait(false);
        using var buffer = NativeBufferPool.Shared.Rent(length);
        await _source.ReadAsync(sample.Chunk * _shape.ChunkSizeBytes, buffer, cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _read, length);
        var (entry, stored) = await StoreAsync(buffer.Memory[..length], cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _stored, stored);
        if (!entry.ReadsAs(sample.Entry)) Interlocked.Add(ref _unreported, length);
    }

    private async ValueTask<(MapEntry Entry, int StoredBytes)> StoreAsync(
        ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        if (!chunk.Span.ContainsAnyExcept((byte)0)) return (MapEntry.Zero, 0);
        var (id, stored) = await _writer.AddAsync(chunk, cancellationToken).ConfigureAwait(false);
        return (MapEntry.Data(id), stored);
    }

    private void Report(long done) => _progress(Interlocked.Add(ref _done, done), Interlocked.Read(ref _read));
}
