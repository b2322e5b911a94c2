using System.Buffers;
using System.Collections.Concurrent;
using LibvirtBackup.Interop.Zstd;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>Makes plain bytes of stored ones, and checks them against the blob's name. Thread-safe.</summary>
internal sealed class BlobDecoder(BlobNames names, PackCiphers? ciphers) : IDisposable
{
    private const string NotItsName = "its bytes do not match its name";

    private readonly ConcurrentBag<ZstdDecompressor> _decompressors = [];

    /// <summary>True when the stored bytes are the blob's own.</summary>
    internal bool IsPlain(BlobCodec codec) => ciphers is null && codec == BlobCodec.Plain;

    /// <summary>Names the bytes of blobs of one length, several at a time.</summary>
    internal BlobNames Names => names;

    /// <exception cref="InvalidDataException">The bytes are not those of the blob.</exception>
    internal void Check(ChunkId id, ReadOnlySpan<byte> plain)
    {
        if (names.NameOf(plain) != id) throw new InvalidDataException(NotItsName);
    }

    /// <summary>Fills <paramref name="plain"/>, and checks it.</summary>
    /// <param name="id">The blob's name.</param>
    /// <param name="salt">The salt of its pack.</param>
    /// <param name="codec">How it is stored.</param>
    /// <param name="stored">The stored bytes.</param>
    /// <param name="plain">Receives the blob; it must have its length.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    internal void Decode(
        ChunkId id, PackSalt salt, BlobCodec codec, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        Unpack(id, salt, codec, stored, plain);
        Check(id, plain);
    }

    /// <summary>Fills <paramref name="plain"/> with bytes that are still to be checked.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    internal void Unpack(
        ChunkId id, PackSalt salt, BlobCodec codec, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        if (ciphers is null)
            Decompress(codec, stored, plain);
        else
            DecryptAndDecompress(id, ciphers.For(salt), codec, stored, plain);
    }

    /// <summary>Checks blobs of one pack, several at a time.</summary>
    /// <param name="salt">The pack's salt.</param>
    /// <param name="entries">The blobs: of one length and one codec, at most <see cref="BlobNames.MostTogether"/>.
    /// </param>
    /// <param name="content">All of the pack.</param>
    /// <param name="problems">Receives what is wrong with each, or null.</param>
    internal void CheckAll(
        PackSalt salt, ReadOnlySpan<PackEntry> entries, ReadOnlySpan<byte> content, Span<string?> problems)
    {
        var length = entries[0].PlainLength;
        Span<int> offsets = stackalloc int[entries.Length];
        if (TryFindPlain(entries, offsets))
        {
            problems.Clear();
            CheckNames(entries, content, offsets, problems);
            return;
        }

        var plain = ArrayPool<byte>.Shared.Rent(entries.Length * length);
        try
        {
            for (var i = 0; i < entries.Length; i++)
            {
                offsets[i] = i * length;
                var stored = content.Slice(entries[i].Offset, entries[i].StoredLength);
                problems[i] = TryUnpack(salt, entries[i], stored, plain.AsSpan(offsets[i], length));
            }

            CheckNames(entries, plain, offsets, problems);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    public void Dispose()
    {
        foreach (var decompressor in _decompressors) decompressor.Dispose();
    }

    /// <summary>Where the blobs' own bytes are in the pack, if all are stored as they are.</summary>
    private bool TryFindPlain(ReadOnlySpan<PackEntry> entries, Span<int> offsets)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (!IsPlain(entries[i].Codec) || entries[i].StoredLength != entries[i].PlainLength) return false;
            offsets[i] = entries[i].Offset;
        }

        return true;
    }

    private string? TryUnpack(PackSalt salt, PackEntry entry, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        try
        {
            Unpack(entry.Id, salt, entry.Codec, stored, plain);
            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    private void CheckNames(
        ReadOnlySpan<PackEntry> entries, ReadOnlySpan<byte> plain, ReadOnlySpan<int> offsets, Span<string?> problems)
    {
        Span<ChunkId> found = stackalloc ChunkId[BlobNames.MostTogether];
        names.NameAll(plain, entries[0].PlainLength, offsets, found);
        for (var i = 0; i < entries.Length; i++)
            if (found[i] != entries[i].Id)
                problems[i] ??= NotItsName;
    }

    private void DecryptAndDecompress(
        ChunkId id, PackCipher cipher, BlobCodec codec, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        if (stored.Length < PackCipher.Overhead) throw new InvalidDataException("it is too short to be encrypted");
        var length = stored.Length - PackCipher.Overhead;
        var text = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (!cipher.TryDecrypt(id, codec, stored, text.AsSpan(0, length)))
                throw new InvalidDataException("it does not decrypt");
            Decompress(codec, text.AsSpan(0, length), plain);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private void Decompress(BlobCodec codec, ReadOnlySpan<byte> text, Span<byte> plain)
    {
        if (codec == BlobCodec.Plain && text.Length == plain.Length)
        {
            text.CopyTo(plain);
            return;
        }

        if (codec != BlobCodec.Zstd) throw new InvalidDataException($"it is stored by unknown means ({(byte)codec})");
        var decompressor = _decompressors.TryTake(out var free) ? free : new ZstdDecompressor();
        try
        {
            decompressor.DecompressExactly(text, plain);
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException($"it does not decompress ({e.Message})", e);
        }
        finally
        {
            _decompressors.Add(decompressor);
        }
    }
}
