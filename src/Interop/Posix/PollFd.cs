using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Posix;

/// <summary>struct pollfd of poll(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollFd
{
    public int FileDescriptor;
    public short Events;
    public short ReturnedEvents;
}
