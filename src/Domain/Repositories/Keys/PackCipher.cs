using System.Collections.Concurrent;
using System.Security.Cryptography;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>
/// Encrypts and decrypts the blobs of the packs with one salt, which is a session's. The nonce is the beginning of the
/// blob's id, and the codec: the same blob may be compressed the one time, and not the other time. Thread-safe.
/// </summary>
internal sealed class PackCipher : IDisposable
{
    internal const int Overhead = SealedBytes.TagLength;

    private const int NonceLength = 12;

    private const int NonceIdLength = NonceLength - 1;

    private readonly byte[] _key;
    private readonly ConcurrentBag<AesGcm> _free = [];

    internal PackCipher(RepositoryKeys keys, PackSalt salt)
    {
        var saltBytes = new byte[PackSalt.Size];
        salt.Write(saltBytes);
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, keys.DataKey, 32, saltBytes, "lvb pack"u8.ToArray());
    }

    /// <param name="id">The blob.</param>
    /// <param name="codec">How it is coded.</param>
    /// <param name="text">What to encrypt.</param>
    /// <param name="target">Receives the ciphertext and the tag; <see cref="Overhead"/> longer than the text.</param>
    internal void Encrypt(ChunkId id, BlobCodec codec, ReadOnlySpan<byte> text, Span<byte> target)
    {
        Span<byte> name = stackalloc byte[ChunkId.Size];
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNames(id, codec, name, nonce);
        var aes = Rent();
        aes.Encrypt(nonce, text, target[..text.Length], target[text.Length..], name);
        _free.Add(aes);
    }

    /// <returns>False when the bytes are damaged or belong to another blob or key.</returns>
    internal bool TryDecrypt(ChunkId id, BlobCodec codec, ReadOnlySpan<byte> stored, Span<byte> target)
    {
        if (stored.Length != target.Length + Overhead) return false;
        Span<byte> name = stackalloc byte[ChunkId.Size];
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNames(id, codec, name, nonce);
        var aes = Rent();
        try
        {
            aes.Decrypt(nonce, stored[..target.Length], stored[target.Length..], target, name);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        finally
        {
            _free.Add(aes);
        }
    }

    public void Dispose()
    {
        while (_free.TryTake(out var aes)) aes.Dispose();
    }

    private static void WriteNames(ChunkId id, BlobCodec codec, Span<byte> name, Span<byte> nonce)
    {
        id.Write(name);
        name[..NonceIdLength].CopyTo(nonce);
        nonce[NonceIdLength] = (byte)codec;
    }

    private AesGcm Rent() => _free.TryTake(out var aes) ? aes : new AesGcm(_key, SealedBytes.TagLength);
}
