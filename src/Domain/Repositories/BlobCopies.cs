using System.Buffers;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories;

/// <summary>Reads one copy of a blob and no other, to tell good copies from bad ones. Thread-safe.</summary>
internal sealed class BlobCopies(IBlobStore store, BlobDecoder decoder)
{
    /// <summary>
    /// True to take a copy that the disk cannot read for a bad one; false to fail: who deletes bad copies must not
    /// delete one that another cable would bring back.
    /// </summary>
    internal bool TakesUnreadableForBad { get; init; } = true;

    /// <summary>The blob's bytes as this copy has them.</summary>
    /// <param name="id">The blob.</param>
    /// <param name="location">The copy.</param>
    /// <param name="plain">Receives the bytes; at least <see cref="BlobLimits.BlobLength"/> long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is wrong with it, or null; then the first bytes, as many as the location says, are the blob.
    /// </returns>
    internal async ValueTask<string?> TryReadAsync(
        ChunkId id, BlobLocation location, Memory<byte> plain, CancellationToken cancellationToken)
    {
        if (location.PlainLength is < 1 or > BlobLimits.BlobLength)
            return $"it has {location.PlainLength} bytes, an index says";
        if (location.StoredLength is < 1 or > BlobLimits.StoredLength)
            return $"it has {location.StoredLength} stored bytes, an index says";
        var stored = ArrayPool<byte>.Shared.Rent(location.StoredLength);
        try
        {
            var bytes = stored.AsMemory(0, location.StoredLength);
            await store.ReadAsync(PackFormat.KeyOf(location.Pack), location.Offset, bytes, cancellationToken)
                .ConfigureAwait(false);
            decoder.Decode(id, location.Salt, location.Codec, bytes.Span, plain.Span[..location.PlainLength]);
            return null;
        }
        catch (Exception e) when (e is BlobMissingException or InvalidDataException
            || (e is BlobUnreadableException && TakesUnreadableForBad))
        {
            return e.Message;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    /// <summary>True when this copy is good.</summary>
    internal async ValueTask<bool> IsGoodAsync(ChunkId id, BlobLocation location, CancellationToken cancellationToken)
    {
        var plain = ArrayPool<byte>.Shared.Rent(BlobLimits.BlobLength);
        try
        {
            return await TryReadAsync(id, location, plain, cancellationToken).ConfigureAwait(false) is null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }
}
