using System.Security.Cryptography;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Packs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Keys;

public sealed class PackCipherTests
{
    private static readonly RepositorySecret s_secret = new RepositorySecret.KeyFile(new byte[32]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_two_codings_of_a_blob_are_not_encrypted_alike()
    {
        using var cipher = new PackCipher(RepositoryKeys.Create(), PackSalt.Create());
        var id = ChunkId.Compute([1]);
        var (plain, frame) = (new byte[64 + PackCipher.Overhead], new byte[64 + PackCipher.Overhead]);
        // Ciphertexts of zeroes are the key stream itself.
        cipher.Encrypt(id, BlobCodec.Plain, new byte[64], plain);
        cipher.Encrypt(id, BlobCodec.Zstd, new byte[64], frame);
        Assert.NotEqual(plain[..16], frame[..16]);
        Assert.True(cipher.TryDecrypt(id, BlobCodec.Zstd, frame, new byte[64]));
        Assert.False(cipher.TryDecrypt(id, BlobCodec.Plain, frame, new byte[64]));
    }

    [Fact]
    public async Task What_is_stored_decrypts_as_the_format_says()
    {
        var store = new MemoryBlobStore();
        var noise = RandomNumberGenerator.GetBytes(1000);
        using var repository = await Repository.CreateAsync(
            store, new RepositoryOptions { Secret = s_secret }, TimeProvider.System, Token);
        var keys = await new KeySlots(store, repository.Id, TimeProvider.System).OpenAsync(s_secret, Token);
        ChunkId id;
        await using (var writer = await repository.BeginWriteAsync("test", Token))
        {
            (id, _) = await writer.AddAsync(noise, Token);
            await writer.FinishAsync(Token);
        }

        var at = Assert.Single(await repository.Index.FindAllAsync(id, Token));
        var stored = new byte[at.StoredLength];
        await store.ReadAsync(PackFormat.KeyOf(at.Pack), at.Offset, stored, Token);
        var (name, salt, text) = (new byte[32], new byte[16], new byte[stored.Length - 16]);
        id.Write(name);
        at.Salt.Write(salt);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, keys.DataKey, 32, salt, "lvb pack"u8.ToArray());
        using var aes = new AesGcm(key, 16);
        byte[] nonce = [.. name[..11], (byte)at.Codec];
        aes.Decrypt(nonce, stored[..^16], stored[^16..], text, name);
        Assert.Equal(noise, text);
    }
}
