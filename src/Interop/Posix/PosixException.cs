using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Posix;

/// <summary>A system call failed.</summary>
public sealed class PosixException : IOException
{
    /// <summary>Describes a failed call.</summary>
    /// <param name="errno">The error number, see errno(3).</param>
    /// <param name="function">The call, as its manual page names it.</param>
    /// <param name="path">The file it was on; null when it was on none or its path is not known.</param>
    public PosixException(int errno, string function, string? path)
        : base(Describe(errno, function, path))
    {
        Errno = errno;
        Function = function;
        Path = path;
    }

    /// <summary>The error number, see errno(3).</summary>
    public int Errno { get; }

    /// <summary>The call that failed, as its manual page names it.</summary>
    public string Function { get; }

    /// <summary>The file that the call was on; null when it was on none or its path is not known.</summary>
    public string? Path { get; }

    /// <summary>The error of the last call that this thread made through an import with SetLastError.</summary>
    internal static PosixException FromLastError(string function, string? path) =>
        new(Marshal.GetLastPInvokeError(), function, path);

    private static string Describe(int errno, string function, string? path)
    {
        string reason = $"{Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
        return path is null ? $"{function} failed: {reason}" : $"{function} of '{path}' failed: {reason}";
    }
}
