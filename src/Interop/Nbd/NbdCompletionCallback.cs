using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// nbd_completion_callback, always empty (NBD_NULL_COMPLETION): commands are retired by cookie, since only
/// nbd_aio_command_completed notices a read whose reply was shorter than the request.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NbdCompletionCallback
{
    public nint Callback;
    public nint UserData;
    public nint Free;
}
