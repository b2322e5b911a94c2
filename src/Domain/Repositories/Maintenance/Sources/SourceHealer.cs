using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>
/// Reads from a live disk what the repository has lost, where the disk still has it: what is read is stored only when
/// it has the name of what is wanted.
/// </summary>
internal sealed class SourceHealer(Repository repository, BlobWriter writer, IReadOnlyCollection<ChunkId> lost)
{
    private readonly HashSet<ChunkId> _wanted = [.. lost];

    /// <summary>The number of blobs that were found.</summary>
    internal int Healed { get; private set; }

    internal async Task HealAsync(
        IDiskSource source, IEnumerable<LostPlace> places, CancellationToken cancellationToken)
    {
        foreach (var place in places)
        {
            if (!_wanted.Contains(place.Id) || place.OffsetBytes + place.LengthBytes > source.SizeBytes) continue;
            await BuildAsync(
                source, place.Level, new ByteRange(place.OffsetBytes, place.LengthBytes), zero: null,
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// What a part of the disk is in its map, as the disk is now; all of it that was lost is stored. A lost node is
    /// among that when all chunks below are what they were.
    /// </summary>
    /// <param name="source">The disk.</param>
    /// <param name="level">-1 for a chunk, else the level of the node.</param>
    /// <param name="range">What it stands for.</param>
    /// <param name="zero">Where the disk is free; null above the leaves, or where all is to be read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async ValueTask<MapEntry> BuildAsync(
        IDiskSource source, int level, ByteRange range, RangeSet? zero, CancellationToken cancellationToken)
    {
        if (level < 0)
            return zero?.Contains(range) == true
                ? MapEntry.Hole
                : await ReadChunkAsync(source, range, cancellationToken).ConfigureAwait(false);
        if (level == 0)
        {
            zero = new RangeSet();
            await source.ReadMapAsync(range, zero, null, cancellationToken).ConfigureAwait(false);
        }

        var span = SpanOf(level - 1);
        var entries = new MapEntry[(int)Units.DivideUp(range.Length, span)];
        for (var i = 0; i < entries.Length; i++)
        {
            var offset = range.Offset + (i * span);
            entries[i] = await BuildAsync(
                source, level - 1, new ByteRange(offset, Math.Min(span, range.End - offset)), zero, cancellationToken)
                .ConfigureAwait(false);
        }

        if (entries[0].Kind != EntryKind.Data && !entries.AsSpan().ContainsAnyExcept(entries[0])) return entries[0];
        return await StoreAsync(MapNode.Encode(level, entries), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<MapEntry> ReadChunkAsync(
        IDiskSource source, ByteRange range, CancellationToken cancellationToken)
    {
        using var buffer = NativeBufferPool.Shared.Rent((int)range.Length);
        await source.ReadAsync(range.Offset, buffer, cancellationToken).ConfigureAwait(false);
        return buffer.Span.ContainsAnyExcept((byte)0)
            ? await StoreAsync(buffer.Memory, cancellationToken).ConfigureAwait(false)
            : MapEntry.Zero;
    }

    private async ValueTask<MapEntry> StoreAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var id = repository.NameOf(bytes.Span);
        if (_wanted.Remove(id))
        {
            await writer.AddAsync(bytes, cancellationToken).ConfigureAwait(false);
            Healed++;
        }

        return MapEntry.Data(id);
    }

    private long SpanOf(int level)
    {
        long span = repository.ChunkSizeBytes;
        for (var i = 0; i <= level; i++) span *= MapNode.Width;
        return span;
    }
}
