using System.Security.Cryptography;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>AES-256-GCM with a random nonce, for the few small texts of a repository: nonce, ciphertext, tag.</summary>
internal static class SealedBytes
{
    internal const int TagLength = 16;

    private const int NonceLength = 12;

    internal static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated)
    {
        var result = new byte[NonceLength + plain.Length + TagLength];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceLength));
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(
            result.AsSpan(0, NonceLength), plain, result.AsSpan(NonceLength, plain.Length),
            result.AsSpan(NonceLength + plain.Length), associated);
        return result;
    }

    /// <summary>The plain bytes; null when the key is another one or the bytes are damaged.</summary>
    internal static byte[]? TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, ReadOnlySpan<byte> associated)
    {
        if (text.Length < NonceLength + TagLength) return null;
        var plain = new byte[text.Length - NonceLength - TagLength];
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(text[..NonceLength], text[NonceLength..^TagLength], text[^TagLength..], plain, associated);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
