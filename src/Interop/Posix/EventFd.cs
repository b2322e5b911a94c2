using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Interop.Posix;

/// <summary>An eventfd(2): lets any thread end another thread's poll(2).</summary>
internal sealed unsafe class EventFd : IDisposable
{
    private readonly SafeFileHandle _handle;

    public EventFd()
    {
        int fd = LibC.EventFd(0, LibC.EventFdCloseOnExec | LibC.EventFdNonBlocking);
        if (fd < 0)
            throw PosixException.FromLastError("eventfd", path: null);
        _handle = new SafeFileHandle(fd, ownsHandle: true);
        FileDescriptor = fd;
    }

    /// <summary>For poll(2) only; valid until <see cref="Dispose"/>.</summary>
    public int FileDescriptor { get; }

    /// <summary>Makes the descriptor readable until <see cref="Drain"/>.</summary>
    public void Signal()
    {
        // The only failures are EAGAIN (the counter is full, so it is readable anyway) and EINTR, which a non-blocking
        // eventfd does not give.
        ulong one = 1;
        LibC.Write(_handle, &one, sizeof(ulong));
    }

    /// <summary>Makes the descriptor unreadable again.</summary>
    public void Drain()
    {
        ulong count;
        LibC.Read(_handle, &count, sizeof(ulong));
    }

    public void Dispose() => _handle.Dispose();
}
