namespace LibvirtBackup.Interop.Zstd;

/// <summary>
/// Compresses blocks, one frame each, and reuses its context from block to block. For one thread at a time.
/// </summary>
public sealed unsafe class ZstdCompressor : IDisposable
{
    private readonly ZstdCompressHandle _context = new();

    /// <summary>Makes a compressor.</summary>
    /// <param name="level">
    /// How hard to try: 1 (fast) to <see cref="MaximumLevel"/> (small), 3 is zstd's default; negative is faster still.
    /// </param>
    /// <param name="checksum">Adds zstd's own 4-byte checksum to every frame; needless where the caller hashes.</param>
    /// <param name="hashLog">
    /// How many matches are remembered, as a power of two (<c>ZSTD_c_hashLog</c>); null lets zstd choose by level and
    /// length.
    /// </param>
    public ZstdCompressor(int level = 3, bool checksum = false, int? hashLog = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, MinimumLevel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaximumLevel);
        Level = level;
        Set(ZstdNative.CompressionLevel, level);
        Set(ZstdNative.ChecksumFlag, checksum ? 1 : 0);
        if (hashLog is { } bits) Set(ZstdNative.HashLog, bits);
    }

    /// <summary>The fastest level of the installed libzstd (negative).</summary>
    public static int MinimumLevel { get; } = ZstdNative.ZSTD_minCLevel();

    /// <summary>The strongest level of the installed libzstd (22).</summary>
    public static int MaximumLevel { get; } = ZstdNative.ZSTD_maxCLevel();

    /// <summary>The level it compresses at.</summary>
    public int Level { get; }

    /// <summary>The most that a block can become, in bytes: a target of this size always suffices.</summary>
    /// <param name="sourceLength">The size of the block, in bytes.</param>
    public static int GetMaximumCompressedLength(int sourceLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sourceLength);
        return ZstdException.ThrowIfError(
            ZstdNative.ZSTD_compressBound((nuint)sourceLength), nameof(ZstdNative.ZSTD_compressBound));
    }

    /// <summary>Compresses a block into one frame.</summary>
    /// <param name="source">The block.</param>
    /// <param name="target">Where the frame goes; it does not overlap the block.</param>
    /// <returns>The size of the frame, in bytes.</returns>
    /// <exception cref="ZstdException">The target is too small.</exception>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* from = source, to = target)
        {
            nuint result = ZstdNative.ZSTD_compress2(
                _context, to, (nuint)target.Length, from, (nuint)source.Length);
            return ZstdException.ThrowIfError(result, nameof(ZstdNative.ZSTD_compress2));
        }
    }

    /// <summary>Frees the context.</summary>
    public void Dispose() => _context.Dispose();

    private void Set(int parameter, int value) => ZstdException.ThrowIfError(
        ZstdNative.ZSTD_CCtx_setParameter(_context, parameter, value), nameof(ZstdNative.ZSTD_CCtx_setParameter));
}
