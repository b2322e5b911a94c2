using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Hosts;

/// <summary>
/// QEMU's locks on files that it has open: bytes from 100 on for what it does with a file, and from 200 on for what
/// others must not do. Nothing is locked to find out, so no guest is kept from starting.
/// </summary>
internal static class QemuLocks
{
    private const int First = 100;
    private const int All = 200;

    /// <summary>Shared, while QEMU may write or resize the file.</summary>
    private const int FirstOfWriters = 101;

    private const int OfWriters = 3;

    /// <summary>True when a QEMU has the file open; null where the file system cannot tell.</summary>
    /// <exception cref="PosixException">The file cannot be opened or asked.</exception>
    internal static bool? IsOpen(string path) => PosixFile.IsLocked(path, First, All);

    /// <summary>True when a QEMU has the file open for writing; false also where the file system cannot tell.</summary>
    /// <exception cref="PosixException">The file cannot be opened or asked.</exception>
    internal static bool IsOpenForWriting(string path) => PosixFile.IsLocked(path, FirstOfWriters, OfWriters) is true;
}
