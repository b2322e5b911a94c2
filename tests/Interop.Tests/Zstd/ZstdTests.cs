using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Interop.Zstd;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Zstd;

public sealed class ZstdTests : IDisposable
{
    private readonly ZstdCompressor _compressor = new();
    private readonly ZstdDecompressor _decompressor = new();

    public void Dispose()
    {
        _compressor.Dispose();
        _decompressor.Dispose();
    }

    [Fact]
    public void Any_block_comes_back_from_one_reused_pair_of_contexts() =>
        Prop.ForAll<byte[]>(data =>
        {
            byte[] frame = Compress(data);
            var back = new byte[data.Length];
            _decompressor.DecompressExactly(frame, back);
            return back.AsSpan().SequenceEqual(data) && ZstdDecompressor.GetDecompressedLength(frame) == data.Length;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(-5)]
    [InlineData(1)]
    [InlineData(19)]
    public void Every_level_compresses_repeating_data(int level)
    {
        using var compressor = new ZstdCompressor(level);
        byte[] data = Repeating(1 << 20);
        var frame = new byte[ZstdCompressor.GetMaximumCompressedLength(data.Length)];
        int length = compressor.Compress(data, frame);
        Assert.InRange(length, 1, data.Length / 10);
        var back = new byte[data.Length];
        _decompressor.DecompressExactly(frame.AsSpan(0, length), back);
        Assert.Equal(data, back);
    }

    [Fact]
    public void A_level_beyond_the_bounds_is_refused()
    {
        Assert.Equal(22, ZstdCompressor.MaximumLevel);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ZstdCompressor(23));
    }

    [Fact]
    public void Random_data_fits_the_bound_and_not_a_byte_less_than_it_needs()
    {
        var data = new byte[100_000];
        new Random(7).NextBytes(data);
        byte[] frame = Compress(data);
        Assert.True(frame.Length <= ZstdCompressor.GetMaximumCompressedLength(data.Length));
        ZstdException e = Assert.Throws<ZstdException>(
            () => _compressor.Compress(data, new byte[frame.Length - 1]));
        Assert.Equal(70, e.Code); // ZSTD_error_dstSize_tooSmall
        Assert.Equal("ZSTD_compress2", e.Function);
        Assert.Equal(frame, Compress(data)); // the context is fit for use after an error
    }

    [Fact]
    public void A_target_of_another_size_throws_and_the_bytes_behind_it_stay()
    {
        byte[] data = Repeating(10_000);
        byte[] frame = Compress(data);
        var target = new byte[20_000];
        Array.Fill(target, (byte)0xAA);
        Assert.Throws<ZstdException>(() => _decompressor.DecompressExactly(frame, target.AsSpan(0, 9_999)));
        Assert.All(target[9_999..], b => Assert.Equal(0xAA, b));
        ZstdException e = Assert.Throws<ZstdException>(
            () => _decompressor.DecompressExactly(frame, target.AsSpan(0, 10_001)));
        Assert.Contains("10000", e.Message, StringComparison.Ordinal);
        Assert.All(target[10_001..], b => Assert.Equal(0xAA, b));
    }

    [Fact]
    public void Every_cut_of_a_frame_throws()
    {
        byte[] data = Repeating(3_000);
        byte[] frame = Compress(data);
        var target = new byte[data.Length];
        for (int length = 1; length < frame.Length; length++)
        {
            byte[] cut = frame[..length];
            Assert.Throws<ZstdException>(() => _decompressor.DecompressExactly(cut, target));
        }

        Assert.Throws<ZstdException>(() => _decompressor.DecompressExactly([], target));
    }

    [Fact]
    public void Every_flipped_bit_of_a_frame_with_a_checksum_throws_or_changes_nothing()
    {
        using var compressor = new ZstdCompressor(3, checksum: true);
        byte[] data = Repeating(500);
        var buffer = new byte[ZstdCompressor.GetMaximumCompressedLength(data.Length)];
        byte[] frame = buffer[..compressor.Compress(data, buffer)];
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte[] bad = [.. frame];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            var target = new byte[data.Length];
            try
            {
                _decompressor.DecompressExactly(bad, target);
                Assert.Equal(data, target); // the reserved bit of a frame header carries no meaning
            }
            catch (ZstdException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }

        var good = new byte[data.Length];
        _decompressor.DecompressExactly(frame, good);
        Assert.Equal(data, good);
    }

    [Fact]
    public void What_is_no_frame_has_no_length_and_does_not_decompress()
    {
        byte[] text = "this is not zstd at all"u8.ToArray();
        Assert.Null(ZstdDecompressor.GetDecompressedLength(text));
        Assert.Equal(10, Assert.Throws<ZstdException>(
            () => _decompressor.Decompress(text, new byte[100])).Code); // ZSTD_error_prefix_unknown
    }

    [Fact]
    public void Compressing_many_blocks_allocates_nothing()
    {
        byte[] data = Repeating(65_536);
        var frame = new byte[ZstdCompressor.GetMaximumCompressedLength(data.Length)];
        int length = _compressor.Compress(data, frame);
        _decompressor.DecompressExactly(frame.AsSpan(0, length), data);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            length = _compressor.Compress(data, frame);
            _decompressor.DecompressExactly(frame.AsSpan(0, length), data);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Repeating(int length)
    {
        var data = new byte[length];
        for (int i = 0; i < length; i++)
            data[i] = (byte)(i % 97);
        return data;
    }

    private byte[] Compress(byte[] data)
    {
        var frame = new byte[ZstdCompressor.GetMaximumCompressedLength(data.Length)];
        return frame[.._compressor.Compress(data, frame)];
    }
}
