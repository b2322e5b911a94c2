using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>nbd_extent_callback and nbd_extent64_callback, which differ in the type of the entries only.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NbdExtentCallback
{
    public nint Callback;
    public nint UserData;
    public nint Free;
}
