using System.Security.Cryptography;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>Names blobs by their plain bytes: SHA-256, or HMAC-SHA256 where names must not tell content.</summary>
internal sealed class BlobNames(RepositoryKeys? keys)
{
    internal ChunkId NameOf(ReadOnlySpan<byte> plain)
    {
        if (keys is null) return ChunkId.Compute(plain);
        Span<byte> hash = stackalloc byte[ChunkId.Size];
        HMACSHA256.HashData(keys.IdKey, plain, hash);
        return ChunkId.Read(hash);
    }
}
