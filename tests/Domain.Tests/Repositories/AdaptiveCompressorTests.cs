using LibvirtBackup.Interop.Zstd;
using LibvirtBackup.Repositories.Packs;
using Xunit;

namespace LibvirtBackup.Tests.Repositories;

public sealed class AdaptiveCompressorTests
{
    private readonly byte[] _noise = new byte[64 * Units.KiB];
    private readonly byte[] _text = new byte[64 * Units.KiB];
    private readonly byte[] _target = new byte[ZstdCompressor.GetMaximumCompressedLength(64 * Units.KiB)];

    public AdaptiveCompressorTests()
    {
        new Random(1).NextBytes(_noise);
        for (var i = 0; i < _text.Length; i++) _text[i] = (byte)"the quick brown fox "[i % 20];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    public void Whatever_came_before_text_is_compressed_and_noise_is_kept(int level)
    {
        using var compressor = new AdaptiveCompressor(level);
        byte[][] blobs = [_text, _noise, _noise, _text, _text, _noise, _text[..5000], _noise[..5000]];

        foreach (var blob in blobs)
        {
            var length = compressor.Compress(blob, _target);

            Assert.Equal(blob[0] == _noise[0], length == 0);
            if (length > 0) Assert.Equal(blob, Decompress(length, blob.Length));
        }
    }

    [Fact]
    public void After_noise_a_blob_whose_samples_are_noise_is_not_compressed_and_after_text_it_is()
    {
        using var compressor = new AdaptiveCompressor(1);
        byte[] mixed = [.. _text];
        _noise.AsSpan(0, 8192).CopyTo(mixed.AsSpan(16384));
        _noise.AsSpan(0, 8192).CopyTo(mixed.AsSpan(49152));

        Assert.Equal(0, compressor.Compress(_noise, _target));
        Assert.Equal(0, compressor.Compress(mixed, _target));
        Assert.NotEqual(0, compressor.Compress(_text, _target));
        Assert.NotEqual(0, compressor.Compress(mixed, _target));
    }

    private byte[] Decompress(int length, int plainLength)
    {
        using var decompressor = new ZstdDecompressor();
        var plain = new byte[plainLength];
        decompressor.DecompressExactly(_target.AsSpan(0, length), plain);
        return plain;
    }
}
