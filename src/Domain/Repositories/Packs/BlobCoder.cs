using System.Collections.Concurrent;
using LibvirtBackup.Interop.Zstd;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>Makes stored bytes of plain ones: compression where it pays, then encryption. Thread-safe.</summary>
/// <param name="level">The zstd level.</param>
/// <param name="cipher">Encrypts, or null.</param>
internal sealed class BlobCoder(int level, PackCipher? cipher) : IDisposable
{
    // Data is sampled before it is compressed, so that what does not compress costs next to nothing. Only for the fast
    // levels: who chose a slow one wants every byte.
    private const int SampleLength = 4 * Units.KiB;
    private const int SmallestSampled = 32 * Units.KiB;
    private const int SlowestSampledLevel = 3;

    private readonly ConcurrentBag<ZstdCompressor> _compressors = [];

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
        cipher.Encrypt(id, text, sealedText);
        stored = sealedText;
        return codec;
    }

    public void Dispose()
    {
        foreach (var compressor in _compressors) compressor.Dispose();
    }

    private BlobCodec Compress(ReadOnlySpan<byte> plain, Span<byte> target, out ReadOnlySpan<byte> compressed)
    {
        var compressor = _compressors.TryTake(out var free) ? free : new ZstdCompressor(level);
        try
        {
            compressed = plain;
            if (level <= SlowestSampledLevel && plain.Length >= SmallestSampled
                && !Pays(compressor, plain.Slice(plain.Length / 4, SampleLength), target)
                && !Pays(compressor, plain.Slice(plain.Length / 4 * 3, SampleLength), target))
                return BlobCodec.Plain;
            var length = compressor.Compress(plain, target);
            if (!IsWorth(length, plain.Length)) return BlobCodec.Plain;
            compressed = target[..length];
            return BlobCodec.Zstd;
        }
        finally
        {
            _compressors.Add(compressor);
        }
    }

    private static bool Pays(ZstdCompressor compressor, ReadOnlySpan<byte> sample, Span<byte> target) =>
        IsWorth(compressor.Compress(sample, target), sample.Length);

    // Below some 3 % the time to decompress is not worth the space.
    private static bool IsWorth(int compressed, int plain) => compressed < plain - (plain / 32);
}
