using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// Owns a struct nbd_handle. Closing it drops the connection and every command that is still in flight.
/// </summary>
internal sealed class NbdHandle : SafeHandle
{
    public NbdHandle()
        : base(0, ownsHandle: true)
    {
        SetHandle(NbdNative.nbd_create());
        if (IsInvalid)
            throw NbdException.FromLastError(nameof(NbdNative.nbd_create));
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NbdNative.nbd_close(handle);
        return true;
    }
}
