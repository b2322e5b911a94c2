using System.Buffers;
using System.Numerics;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories;

/// <summary>Reads blobs, and hands out only bytes that match their id. Thread-safe.</summary>
internal sealed class BlobReader(IBlobStore store, PackIndex index, BlobDecoder decoder)
{
    private readonly PackKeys _keys = new();

    /// <summary>Fills <paramref name="target"/>, which must have the blob's length.</summary>
    /// <exception cref="BackupException">Integrity: the blob is absent or damaged, in every copy.</exception>
    internal async ValueTask ReadAsync(ChunkId id, Memory<byte> target, CancellationToken cancellationToken)
    {
        var location = await LocateAsync(id, cancellationToken).ConfigureAwait(false);
        await ReadAsync(id, location, target, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a blob whose length is not known.</summary>
    /// <exception cref="BackupException">Integrity: the blob is absent or damaged, in every copy.</exception>
    internal async ValueTask<byte[]> ReadAsync(ChunkId id, CancellationToken cancellationToken)
    {
        var location = await LocateWithLengthAsync(id, cancellationToken).ConfigureAwait(false);
        var plain = new byte[location.PlainLength];
        await ReadAsync(id, location, plain, cancellationToken).ConfigureAwait(false);
        return plain;
    }

    /// <summary>Reads blobs whose lengths are not known. Those side by side that have one length are checked several at
    /// a time.</summary>
    /// <exception cref="BackupException">Integrity: a blob is absent or damaged, in every copy.</exception>
    internal async ValueTask<RentedBlobs> RentAllAsync(ChunkId[] ids, CancellationToken cancellationToken)
    {
        var locations = new BlobLocation[ids.Length];
        var starts = new int[ids.Length + 1];
        for (var i = 0; i < ids.Length; i++)
        {
            locations[i] = await LocateWithLengthAsync(ids[i], cancellationToken).ConfigureAwait(false);
            starts[i + 1] = checked(starts[i] + locations[i].PlainLength);
        }

        var blobs = new RentedBlobs(starts);
        try
        {
            for (var i = 0; i < ids.Length; i++)
                await TryReadAsync(ids[i], locations[i], blobs.Slice(i, 1), isChecked: false, cancellationToken)
                    .ConfigureAwait(false);
            for (int first = 0, count; first < ids.Length; first += count)
            {
                var length = locations[first].PlainLength;
                for (count = 1; count < BlobNames.MostTogether && first + count < ids.Length
                    && locations[first + count].PlainLength == length; count++)
                {
                }

                await CheckAllAsync(ids.AsMemory(first, count), length, blobs.Slice(first, count), cancellationToken)
                    .ConfigureAwait(false);
            }

            return blobs;
        }
        catch
        {
            blobs.Dispose();
            throw;
        }
    }

    private async ValueTask ReadAsync(
        ChunkId id, BlobLocation location, Memory<byte> target, CancellationToken cancellationToken)
    {
        if (await TryReadAsync(id, location, target, cancellationToken).ConfigureAwait(false) is not { } problem)
            return;
        // gc may have moved it, or another session stored it too.
        await index.ReloadAsync(cancellationToken).ConfigureAwait(false);
        foreach (var copy in await index.FindAllAsync(id, cancellationToken).ConfigureAwait(false))
            if (copy != location
                && await TryReadAsync(id, copy, target, cancellationToken).ConfigureAwait(false) is null)
                return;
        throw Damaged(
            $"object {id} in {PackFormat.KeyOf(location.Pack)} at byte {location.Offset}: {problem}");
    }

    /// <summary>
    /// Fills <paramref name="target"/> with blobs one after the other, and checks several at a time: all have
    /// <paramref name="blobLength"/> bytes, but that the last may be shorter.
    /// </summary>
    /// <exception cref="BackupException">Integrity: a blob is absent or damaged, in every copy.</exception>
    internal async ValueTask ReadAllAsync(
        ReadOnlyMemory<ChunkId> ids, int blobLength, Memory<byte> target, CancellationToken cancellationToken)
    {
        for (var first = 0; first < ids.Length; first += BlobNames.MostTogether)
        {
            var some = ids.Slice(first, Math.Min(BlobNames.MostTogether, ids.Length - first));
            var rest = target[(first * blobLength)..];
            for (var i = 0; i < some.Length; i++)
                await TryFetchAsync(some.Span[i], PartOf(rest, i, blobLength), cancellationToken).ConfigureAwait(false);
            await CheckAllAsync(some, blobLength, rest, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Checks blobs that were fetched, at most <see cref="BlobNames.MostTogether"/>.</summary>
    private async ValueTask CheckAllAsync(
        ReadOnlyMemory<ChunkId> ids, int blobLength, Memory<byte> target, CancellationToken cancellationToken)
    {
        for (var bad = FindBad(ids.Span, blobLength, target.Span); bad != 0; bad &= bad - 1)
        {
            // Alone, with all that can be tried and told about it.
            var i = BitOperations.TrailingZeroCount(bad);
            await ReadAsync(ids.Span[i], PartOf(target, i, blobLength), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<BlobLocation> LocateWithLengthAsync(ChunkId id, CancellationToken cancellationToken)
    {
        var location = await LocateAsync(id, cancellationToken).ConfigureAwait(false);
        return location.PlainLength is >= 1 and <= BlobLimits.BlobLength
            ? location
            : throw Damaged($"object {id}: an index says that it has {location.PlainLength} bytes");
    }

    private async ValueTask<BlobLocation> LocateAsync(ChunkId id, CancellationToken cancellationToken)
    {
        if (await index.FindAsync(id, except: null, cancellationToken).ConfigureAwait(false) is { } known)
            return known;
        await index.ReloadAsync(cancellationToken).ConfigureAwait(false);
        return await index.FindAsync(id, except: null, cancellationToken).ConfigureAwait(false)
            ?? throw Damaged($"no index lists object {id}");
    }

    private static Memory<byte> PartOf(Memory<byte> target, int index, int blobLength) =>
        target.Slice(index * blobLength, Math.Min(blobLength, target.Length - (index * blobLength)));

    /// <summary>Which blobs are not what their names say: a bit for each.</summary>
    private uint FindBad(ReadOnlySpan<ChunkId> ids, int blobLength, ReadOnlySpan<byte> target)
    {
        var whole = Math.Min(ids.Length, target.Length / blobLength);
        Span<int> offsets = stackalloc int[BlobNames.MostTogether];
        Span<ChunkId> names = stackalloc ChunkId[BlobNames.MostTogether];
        for (var i = 0; i < whole; i++) offsets[i] = i * blobLength;
        decoder.Names.NameAll(target, blobLength, offsets[..whole], names);
        var bad = 0u;
        for (var i = 0; i < ids.Length; i++)
            if (i >= whole || names[i] != ids[i])
                bad |= 1u << i;
        return bad;
    }

    /// <summary>Reads the first copy; what goes wrong shows when it is checked.</summary>
    private async ValueTask TryFetchAsync(ChunkId id, Memory<byte> target, CancellationToken cancellationToken)
    {
        var location = await LocateAsync(id, cancellationToken).ConfigureAwait(false);
        await TryReadAsync(id, location, target, isChecked: false, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<string?> TryReadAsync(
        ChunkId id, BlobLocation location, Memory<byte> target, CancellationToken cancellationToken) =>
        TryReadAsync(id, location, target, isChecked: true, cancellationToken);

    /// <returns>What is wrong with this copy, or null.</returns>
    private async ValueTask<string?> TryReadAsync(
        ChunkId id, BlobLocation location, Memory<byte> target, bool isChecked, CancellationToken cancellationToken)
    {
        if (location.PlainLength != target.Length)
            return $"it has {location.PlainLength} bytes where {target.Length} were expected";
        if (location.StoredLength is < 1 or > BlobLimits.StoredLength)
            return $"it has {location.StoredLength} stored bytes, an index says";
        // What is stored as it is needs no buffer between.
        var isPlain = decoder.IsPlain(location.Codec) && location.StoredLength == target.Length;
        var rented = isPlain ? null : ArrayPool<byte>.Shared.Rent(location.StoredLength);
        try
        {
            var stored = isPlain ? target : rented.AsMemory(0, location.StoredLength);
            await store.ReadAsync(_keys.Of(location.Pack), location.Offset, stored, cancellationToken)
                .ConfigureAwait(false);
            if (!isPlain) decoder.Unpack(id, location.Salt, location.Codec, stored.Span, target.Span);
            if (isChecked) decoder.Check(id, target.Span);
            return null;
        }
        catch (Exception e) when (e is BlobMissingException or BlobUnreadableException or InvalidDataException)
        {
            return e.Message;
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private BackupException Damaged(string what) =>
        Damage.OfData($"repository '{store.Location}' is damaged: {what}", cause: null);
}
