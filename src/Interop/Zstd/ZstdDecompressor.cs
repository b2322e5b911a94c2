namespace LibvirtBackup.Interop.Zstd;

/// <summary>Decompresses frames and reuses its context from frame to frame. For one thread at a time.</summary>
public sealed unsafe class ZstdDecompressor : IDisposable
{
    private readonly ZstdDecompressHandle _context = new();

    /// <summary>
    /// What a frame says it decompresses to, in bytes; null when it does not say or is no frame. The frame may lie:
    /// trust it for an allocation only within a limit of your own.
    /// </summary>
    /// <param name="source">The frame, or at least its first 18 bytes.</param>
    public static long? GetDecompressedLength(ReadOnlySpan<byte> source)
    {
        fixed (byte* from = source)
        {
            ulong length = ZstdNative.ZSTD_getFrameContentSize(from, (nuint)source.Length);
            return length is ZstdNative.ContentSizeUnknown or ZstdNative.ContentSizeError or > long.MaxValue
                ? null
                : (long)length;
        }
    }

    /// <summary>Decompresses frames, all of the source, and never writes beyond the target.</summary>
    /// <param name="source">One or more whole frames and nothing else.</param>
    /// <param name="target">Where the data goes; it does not overlap the source.</param>
    /// <returns>The size of the data, in bytes.</returns>
    /// <exception cref="ZstdException">The source is corrupt or cut, or the target is too small.</exception>
    public int Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        fixed (byte* from = source, to = target)
        {
            nuint result = ZstdNative.ZSTD_decompressDCtx(
                _context, to, (nuint)target.Length, from, (nuint)source.Length);
            return ZstdException.ThrowIfError(result, nameof(ZstdNative.ZSTD_decompressDCtx));
        }
    }

    /// <summary>Decompresses frames whose data must fill the target exactly.</summary>
    /// <inheritdoc cref="Decompress"/>
    /// <exception cref="ZstdException">The source is corrupt or cut, or its data has another size than the
    /// target.</exception>
    public void DecompressExactly(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int length = Decompress(source, target);
        if (length != target.Length)
        {
            throw new ZstdException(nameof(ZstdNative.ZSTD_decompressDCtx), 0,
                $"The zstd frame decompresses to {length} bytes where {target.Length} were expected.");
        }
    }

    /// <summary>Frees the context.</summary>
    public void Dispose() => _context.Dispose();
}
