using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Zstd;

/// <summary>Raw imports of libzstd (stable API of 1.4.0 and later).</summary>
internal static unsafe partial class ZstdNative
{
    public const int CompressionLevel = 100;
    public const int ChecksumFlag = 201;

    public const int HashLog = 102;
    public const ulong ContentSizeUnknown = ulong.MaxValue;
    public const ulong ContentSizeError = ulong.MaxValue - 1;

    private const string Library = "libzstd.so.1";

    [LibraryImport(Library)]
    internal static partial nint ZSTD_createCCtx();

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_CCtx_setParameter(ZstdCompressHandle context, int parameter, int value);

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_compress2(
        ZstdCompressHandle context, byte* target, nuint targetCapacity, byte* source, nuint sourceSize);

    [LibraryImport(Library)]
    internal static partial nint ZSTD_createDCtx();

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_freeDCtx(nint context);

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_decompressDCtx(
        ZstdDecompressHandle context, byte* target, nuint targetCapacity, byte* source, nuint sourceSize);

    [LibraryImport(Library)]
    internal static partial nuint ZSTD_compressBound(nuint sourceSize);

    [LibraryImport(Library)]
    internal static partial ulong ZSTD_getFrameContentSize(byte* source, nuint sourceSize);

    [LibraryImport(Library)]
    internal static partial uint ZSTD_isError(nuint result);

    [LibraryImport(Library)]
    internal static partial byte* ZSTD_getErrorName(nuint result);

    [LibraryImport(Library)]
    internal static partial int ZSTD_minCLevel();

    [LibraryImport(Library)]
    internal static partial int ZSTD_maxCLevel();
}
