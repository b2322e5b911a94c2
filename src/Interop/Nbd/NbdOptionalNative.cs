using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// Functions of libnbd that are newer than the oldest version we run on; null where the library lacks them.
/// </summary>
internal static unsafe class NbdOptionalNative
{
    /// <summary>nbd_aio_block_status_64, since libnbd 1.20 (unstable series 1.19): extents beyond 4 GiB.</summary>
    public static readonly delegate* unmanaged<
        nint, ulong, ulong, NbdExtentCallback, NbdCompletionCallback, uint, long> AioBlockStatus64 =
        (delegate* unmanaged<nint, ulong, ulong, NbdExtentCallback, NbdCompletionCallback, uint, long>)
        Find("nbd_aio_block_status_64");

    private static nint Find(string name) =>
        NativeLibrary.TryLoad(NbdNative.Library, out nint library) &&
        NativeLibrary.TryGetExport(library, name, out nint address)
            ? address
            : 0;
}
