using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Zstd;

/// <summary>Owns a ZSTD_DCtx.</summary>
internal sealed class ZstdDecompressHandle : SafeHandle
{
    public ZstdDecompressHandle()
        : base(0, ownsHandle: true)
    {
        SetHandle(ZstdNative.ZSTD_createDCtx());
        if (IsInvalid)
            throw new ZstdException(
                nameof(ZstdNative.ZSTD_createDCtx), 0, "zstd cannot allocate a decompression context.");
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => ZstdNative.ZSTD_freeDCtx(handle) == 0;
}
