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
        var shape = new MapShape(source.SizeBytes, repository.ChunkSizeBytes);
        foreach (var place in places)
        {
            if (!_wanted.Contains(place.Id) || place.OffsetBytes + place.LengthBytes > source.SizeBytes) continue;
            if (place.Level < 0)
                await HealChunkAsync(source, place.OffsetBytes, (int)place.LengthBytes, cancellationToken)
                    .ConfigureAwait(false);
            else if (place.Level == 0)
                await HealLeafAsync(source, shape, place, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task HealChunkAsync(
        IDiskSource source, long offset, int length, CancellationToken cancellationToken)
    {
        using var buffer = NativeBufferPool.Shared.Rent(length);
        await source.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
        await StoreAsync(buffer.Memory[..length], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A lost leaf of the map: when its chunks are what they were, so is it.</summary>
    private async Task HealLeafAsync(
        IDiskSource source, MapShape shape, LostPlace place, CancellationToken cancellationToken)
    {
        var zero = new RangeSet();
        await source.ReadMapAsync(new ByteRange(place.OffsetBytes, place.LengthBytes), zero, null, cancellationToken)
            .ConfigureAwait(false);
        var entries = new MapEntry[(int)Units.DivideUp(place.LengthBytes, shape.ChunkSizeBytes)];
        for (var i = 0; i < entries.Length; i++)
        {
            var offset = place.OffsetBytes + ((long)i * shape.ChunkSizeBytes);
            var length = (int)Math.Min(shape.ChunkSizeBytes, place.OffsetBytes + place.LengthBytes - offset);
            if (zero.Contains(new ByteRange(offset, length))) continue;
            using var buffer = NativeBufferPool.Shared.Rent(length);
            await source.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
            var bytes = buffer.Memory[..length];
            entries[i] = bytes.Span.ContainsAnyExcept((byte)0)
                ? MapEntry.Data(repository.NameOf(bytes.Span))
                : MapEntry.Zero;
            await StoreAsync(bytes, cancellationToken).ConfigureAwait(false);
        }

        await StoreAsync(MapNode.Encode(place.Level, entries), cancellationToken).ConfigureAwait(false);
    }

    private async Task StoreAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!_wanted.Remove(repository.NameOf(bytes.Span))) return;
        await writer.AddAsync(bytes, cancellationToken).ConfigureAwait(false);
        Healed++;
    }
}
