using System.Collections.Concurrent;
using LibvirtBackup.Interop.Zstd;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>Makes stored bytes of plain ones: compression where it pays, then encryption. Thread-safe.</summary>
/// <param name="level">The zstd level.</param>
/// <param name="cipher">Encrypts, or null.</param>
internal sealed class BlobCoder(int level, PackCipher? cipher) : IDisposable
{
    private readonly ConcurrentBag<AdaptiveCompressor> _compressors = [];

    /// <summary>What a target must hold for a blob of this length.</summary>
    internal static int TargetLength(int plainLength) =>
        ZstdCompressor.GetMaximumCompressedLength(plainLength) + plainLength + PackCipher.Overhead;

    /// <summary>Codes a blob.</summary>
    /// <param name="id">The blob's name.</param>
    /// <param name="plain">Its bytes.</param>
    /// <param name="target">At least <see cref="TargetLength"/> bytes of scratch space.</param>
    /// <param name="stored">The stored bytes: a part of the target, or the plain bytes themselves.</param>
    internal BlobCodec Encode(
        ChunkId id, ReadOnlySpan<byte> plain, Span<byte> target, out ReadOnlySpan<byte> stored)
    {
        var codec = Compress(plain, target, out stored);
        if (cipher is null) return codec;
        var text = stored;
        var sealedText = target.Slice(target.Length - text.Length - PackCipher.Overhead);
        cipher.Encrypt(id, codec, text, sealedText);
        stored = sealedText;
        return codec;
    }

    public void Dispose()
    {
        foreach (var compressor in _compressors) compressor.Dispose();
    }

    private BlobCodec Compress(ReadOnlySpan<byte> plain, Span<byte> target, out ReadOnlySpan<byte> compressed)
    {
        var compressor = _compressors.TryTake(out var free) ? free : new AdaptiveCompressor(level);
        try
        {
            var length = compressor.Compress(plain, target);
            compressed = length > 0 ? target[..length] : plain;
            return length > 0 ? BlobCodec.Zstd : BlobCodec.Plain;
        }
        finally
        {
            _compressors.Add(compressor);
        }
    }
}
