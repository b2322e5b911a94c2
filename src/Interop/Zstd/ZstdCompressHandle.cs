using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Zstd;

/// <summary>Owns a ZSTD_CCtx.</summary>
internal sealed class ZstdCompressHandle : SafeHandle
{
    public ZstdCompressHandle()
        : base(0, ownsHandle: true)
    {
        SetHandle(ZstdNative.ZSTD_createCCtx());
        if (IsInvalid)
            throw new ZstdException(
                nameof(ZstdNative.ZSTD_createCCtx), 0, "zstd cannot allocate a compression context.");
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => ZstdNative.ZSTD_freeCCtx(handle) == 0;
}
