using System.Security.Cryptography;
using LibvirtBackup.Interop.Hashing;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>Names blobs by their plain bytes: SHA-256, or HMAC-SHA256 where names must not tell content.</summary>
internal sealed class BlobNames(RepositoryKeys? keys)
{
    /// <summary>The most blobs that <see cref="NameAll"/> takes: more are not named faster.</summary>
    internal const int MostTogether = 4;

    private readonly Sha256Batch _batch = new(keys?.IdKey);

    internal ChunkId NameOf(ReadOnlySpan<byte> plain)
    {
        if (keys is null) return ChunkId.Compute(plain);
        Span<byte> hash = stackalloc byte[ChunkId.Size];
        HMACSHA256.HashData(keys.IdKey, plain, hash);
        return ChunkId.Read(hash);
    }

    /// <summary>Names blobs of one length, at most <see cref="MostTogether"/>, faster than one after the other.
    /// </summary>
    /// <param name="plain">The buffer that they are in.</param>
    /// <param name="length">Bytes of each.</param>
    /// <param name="offsets">Where they begin.</param>
    /// <param name="names">Receives a name for each.</param>
    internal void NameAll(ReadOnlySpan<byte> plain, int length, ReadOnlySpan<int> offsets, Span<ChunkId> names)
    {
        Span<byte> hashes = stackalloc byte[MostTogether * ChunkId.Size];
        _batch.Hash(plain, length, offsets, hashes);
        for (var i = 0; i < offsets.Length; i++) names[i] = ChunkId.Read(hashes[(i * ChunkId.Size)..]);
    }
}
