using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>
/// Compares a live disk with a point's map: by the ids of chunks, so nothing is read from the repository but the map.
/// Chunks that the guest has written since are left out where the source knows them; what is neither dirty nor the
/// same is a change that nobody reported, or a map that is wrong. What the point stored because a bitmap reported it is
/// all compared, and so are holes, which cost nothing; of the rest a sample.
/// </summary>
/// <param name="source">The disk.</param>
/// <param name="map">What it was at the point.</param>
/// <param name="reported">What had changed between the point and its parent; empty for a point that read all.</param>
/// <param name="sample">How much of the rest is compared.</param>
/// <param name="idOf">The id of a chunk's bytes in this repository.</param>
/// <param name="hasDirtyMap">True when the source knows what was written since the point.</param>
internal sealed class DiskComparison(
    IDiskSource source, DiskMap map, RangeSet reported, SourceSample sample, Func<ReadOnlyMemory<byte>, ChunkId> idOf,
    bool hasDirtyMap)
{
    private const int RequestBytes = Units.MiB;
    private const int RequestsInFlight = 6;

    private readonly MapShape _shape = map.Shape;
    private readonly Lock _gate = new();
    private readonly List<long> _different = [];
    private long _compared;
    private long _changed;

    internal async Task<ComparedDisk> RunAsync(CancellationToken cancellationToken)
    {
        var outside = await CountOutsideAsync(cancellationToken).ConfigureAwait(false);
        var size = sample.SizeFor(outside);
        var sampler = new ChunkSampler(outside, size, sample.Seed);
        for (var leaf = 0L; leaf < _shape.LeafCount; leaf++)
            await CompareLeafAsync(leaf, sampler, cancellationToken).ConfigureAwait(false);
        var different = new RangeSet();
        foreach (var chunk in _different.Order()) different.Append(RangeOf(chunk));
        return new ComparedDisk
        {
            ComparedBytes = _compared,
            ChangedBytes = _changed,
            OutsideChunks = outside,
            SampledChunks = size,
            Different = different,
        };
    }

    /// <summary>A sample without replacement needs the number beforehand; extents are asked for twice.</summary>
    private async Task<long> CountOutsideAsync(CancellationToken cancellationToken)
    {
        var outside = 0L;
        for (var leaf = 0L; leaf < _shape.LeafCount; leaf++)
        {
            var (zero, dirty) = await ReadExtentsAsync(leaf, cancellationToken).ConfigureAwait(false);
            var first = leaf * MapNode.Width;
            for (var i = 0; i < _shape.EntryCount(0, leaf); i++)
                if (RangeOf(first + i) is var range && !IsChanged(range, dirty) && IsOutside(range, zero)) outside++;
        }

        return outside;
    }

    private async Task<(RangeSet Zero, RangeSet? Dirty)> ReadExtentsAsync(
        long leaf, CancellationToken cancellationToken)
    {
        var start = leaf * _shape.LeafBytes;
        var end = Math.Min(start + _shape.LeafBytes, Math.Min(_shape.SizeBytes, source.SizeBytes));
        var (zero, dirty) = (new RangeSet(), hasDirtyMap ? new RangeSet() : null);
        if (end > start)
            await source.ReadMapAsync(new ByteRange(start, end - start), zero, dirty, cancellationToken)
                .ConfigureAwait(false);
        return (zero, dirty);
    }

    /// <summary>A resize since is a change too, though not one that a bitmap has.</summary>
    private bool IsChanged(ByteRange range, RangeSet? dirty) =>
        range.End > source.SizeBytes || dirty?.Overlaps(range) == true;

    private bool IsOutside(ByteRange range, RangeSet zero) => !zero.Contains(range) && !reported.Overlaps(range);

    private async Task CompareLeafAsync(long leaf, ChunkSampler sampler, CancellationToken cancellationToken)
    {
        var (zero, dirty) = await ReadExtentsAsync(leaf, cancellationToken).ConfigureAwait(false);
        var entries = await map.ReadLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
        var first = leaf * MapNode.Width;
        var toRead = new List<long>();
        for (var i = 0; i < entries.Length; i++)
        {
            var range = RangeOf(first + i);
            if (IsChanged(range, dirty)) _changed += range.Length;
            else if (zero.Contains(range)) Note(first + i, isSame: entries[i].Kind != EntryKind.Data);
            else if (!IsOutside(range, zero) || sampler.Takes()) toRead.Add(first + i);
        }

        await Parallel.ForEachAsync(
            Runs(toRead),
            new ParallelOptions { MaxDegreeOfParallelism = RequestsInFlight, CancellationToken = cancellationToken },
            (run, token) => CompareRunAsync(run.First, run.Count, entries.AsMemory((int)(run.First - first)), token))
            .ConfigureAwait(false);
    }

    private async ValueTask CompareRunAsync(
        long first, int count, ReadOnlyMemory<MapEntry> entries, CancellationToken cancellationToken)
    {
        var start = RangeOf(first).Offset;
        using var buffer = NativeBufferPool.Shared.Rent((int)(RangeOf(first + count - 1).End - start));
        await source.ReadAsync(start, buffer, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < count; i++)
        {
            var range = RangeOf(first + i);
            var bytes = buffer.Memory.Slice((int)(range.Offset - start), (int)range.Length);
            var entry = entries.Span[i];
            Note(first + i, entry.Kind == EntryKind.Data
                ? idOf(bytes) == entry.Id
                : !bytes.Span.ContainsAnyExcept((byte)0));
        }
    }

    private void Note(long chunk, bool isSame)
    {
        lock (_gate)
        {
            _compared += RangeOf(chunk).Length;
            if (!isSame) _different.Add(chunk);
        }
    }

    private IEnumerable<(long First, int Count)> Runs(List<long> chunks)
    {
        var most = Math.Max(1, RequestBytes / _shape.ChunkSizeBytes);
        for (var i = 0; i < chunks.Count;)
        {
            var first = i++;
            while (i < chunks.Count && i - first < most && chunks[i] == chunks[i - 1] + 1) i++;
            yield return (chunks[first], i - first);
        }
    }

    private ByteRange RangeOf(long chunk) => new(chunk * _shape.ChunkSizeBytes, _shape.ChunkLength(chunk));
}
