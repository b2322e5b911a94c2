using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>libnbd or the NBD server refused something, or the connection is lost.</summary>
public sealed class NbdException : IOException
{
    internal NbdException(int errno, string function, string message, Exception? inner = null)
        : base(message, inner)
    {
        Errno = errno;
        Function = function;
    }

    /// <summary>The error number, see errno(3); 0 when libnbd gave none.</summary>
    public int Errno { get; }

    /// <summary>The function of libnbd that failed.</summary>
    public string Function { get; }

    /// <summary>True when the connection is gone, so that no other request on it can succeed.</summary>
    public bool IsConnectionLost { get; internal init; }

    /// <summary>Copies libnbd's error of this thread; to be called before anything else runs on it.</summary>
    /// <param name="function">The function that failed.</param>
    internal static unsafe NbdException FromLastError(string function)
    {
        int errno = NbdNative.nbd_get_errno();
        string text = Marshal.PtrToStringUTF8((nint)NbdNative.nbd_get_error()) ?? $"{function}: unknown error";
        return new NbdException(errno, function, text);
    }

    internal static NbdException Protocol(string function, string message) =>
        new(Posix.Errno.Protocol, function, message);
}
