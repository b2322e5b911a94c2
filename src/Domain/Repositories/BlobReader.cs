using System.Buffers;
using System.Collections.Concurrent;
using LibvirtBackup.Interop.Zstd;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories;

/// <summary>Reads blobs, and hands out only bytes that match their id. Thread-safe.</summary>
internal sealed class BlobReader(IBlobStore store, PackIndex index) : IDisposable
{
    private readonly ConcurrentBag<ZstdDecompressor> _decompressors = [];

    /// <summary>The plain length of a blob in bytes.</summary>
    /// <exception cref="BackupException">Integrity: no index lists the blob.</exception>
    internal int GetLength(ChunkId id) => Locate(id).PlainLength;

    /// <summary>Fills <paramref name="target"/>, which must have the blob's length.</summary>
    /// <exception cref="BackupException">Integrity: the blob is absent or damaged.</exception>
    internal async ValueTask ReadAsync(ChunkId id, Memory<byte> target, CancellationToken cancellationToken)
    {
        var location = Locate(id);
        if (location.PlainLength != target.Length)
            throw Damaged(id, location, $"it has {location.PlainLength} bytes where {target.Length} were expected");
        var stored = ArrayPool<byte>.Shared.Rent(location.StoredLength);
        try
        {
            var bytes = stored.AsMemory(0, location.StoredLength);
            var key = PackFormat.KeyOf(index.Packs[location.Pack]);
            await store.ReadAsync(key, location.Offset, bytes, cancellationToken).ConfigureAwait(false);
            Unpack(id, location, bytes.Span, target.Span);
            if (ChunkId.Compute(target.Span) != id) throw Damaged(id, location, "its bytes do not match its SHA-256");
        }
        catch (BlobMissingException e)
        {
            throw Damaged(id, location, e.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }

    internal async ValueTask<byte[]> ReadAsync(ChunkId id, CancellationToken cancellationToken)
    {
        var plain = new byte[GetLength(id)];
        await ReadAsync(id, plain, cancellationToken).ConfigureAwait(false);
        return plain;
    }

    public void Dispose()
    {
        foreach (var decompressor in _decompressors) decompressor.Dispose();
    }

    private void Unpack(ChunkId id, BlobLocation location, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        if (location.Codec == BlobCodec.Plain && stored.Length == plain.Length)
        {
            stored.CopyTo(plain);
            return;
        }

        if (location.Codec != BlobCodec.Zstd)
            throw Damaged(id, location, $"it is stored by unknown means ({location.Codec})");
        var decompressor = _decompressors.TryTake(out var free) ? free : new ZstdDecompressor();
        try
        {
            var length = decompressor.Decompress(stored, plain);
            if (length != plain.Length)
                throw Damaged(id, location, $"it unpacks to {length} bytes, not {plain.Length}");
        }
        catch (ZstdException e)
        {
            throw Damaged(id, location, $"it does not decompress ({e.Message})");
        }
        finally
        {
            _decompressors.Add(decompressor);
        }
    }

    private BlobLocation Locate(ChunkId id) =>
        index.TryGet(id, out var location)
            ? location
            : throw new BackupException(
                FailureKind.Integrity, $"repository '{store.Location}' is damaged: no index lists object {id}");

    private BackupException Damaged(ChunkId id, BlobLocation location, string why) => new(
        FailureKind.Integrity,
        $"repository '{store.Location}' is damaged: object {id} in {PackFormat.KeyOf(index.Packs[location.Pack])} "
        + $"at byte {location.Offset}: {why}");
}
