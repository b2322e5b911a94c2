using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>
/// Encrypts and decrypts the blobs of the packs with one salt. The nonce is the beginning of the blob's id: within a
/// session an id stands for the same bytes. Thread-safe.
/// </summary>
internal sealed class PackCipher : IDisposable
{
    internal const int Overhead = SealedBytes.TagLength;

    private const int NonceLength = 12;

    private readonly byte[] _key;
    private readonly ConcurrentBag<AesGcm> _free = [];

    internal PackCipher(RepositoryKeys keys, PackSalt salt)
    {
        var saltBytes = new byte[PackSalt.Size];
        salt.Write(saltBytes);
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, keys.DataKey, 32, saltBytes, "lvb pack"u8.ToArray());
    }

    /// <param name="id">The blob.</param>
    /// <param name="text">What to encrypt.</param>
    /// <param name="target">Receives the ciphertext and the tag; <see cref="Overhead"/> longer than the text.</param>
    internal void Encrypt(ChunkId id, ReadOnlySpan<byte> text, Span<byte> target)
    {
        Span<byte> name = stackalloc byte[ChunkId.Size];
        id.Write(name);
        var aes = Rent();
        aes.Encrypt(name[..NonceLength], text, target[..text.Length], target[text.Length..], name);
        _free.Add(aes);
    }

    /// <returns>False when the bytes are damaged or belong to another blob or key.</returns>
    internal bool TryDecrypt(ChunkId id, ReadOnlySpan<byte> stored, Span<byte> target)
    {
        if (stored.Length != target.Length + Overhead) return false;
        Span<byte> name = stackalloc byte[ChunkId.Size];
        id.Write(name);
        var aes = Rent();
        try
        {
            aes.Decrypt(name[..NonceLength], stored[..target.Length], stored[target.Length..], target, name);
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

    private AesGcm Rent() => _free.TryTake(out var aes) ? aes : new AesGcm(_key, SealedBytes.TagLength);
}
