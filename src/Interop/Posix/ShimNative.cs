using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Interop.Posix;

/// <summary>Raw imports of native-shims.</summary>
internal static partial class ShimNative
{
    private const string Library = "liblvbshim.so";

    [LibraryImport(Library, EntryPoint = "lvb_open_directory", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenDirectory(string path);

    [LibraryImport(Library, EntryPoint = "lvb_open_readable", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenReadable(string path);

    [LibraryImport(Library, EntryPoint = "lvb_open_lock", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenLock(string path, uint mode);

    [LibraryImport(Library, EntryPoint = "lvb_open_device", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int OpenDevice(string path);

    [LibraryImport(Library, EntryPoint = "lvb_set_direct", SetLastError = true)]
    internal static partial int SetDirect(SafeFileHandle fd, int on);

    [LibraryImport(Library, EntryPoint = "lvb_is_signal_ignored", SetLastError = true)]
    internal static partial int IsSignalIgnored(int signal);

    [LibraryImport(Library, EntryPoint = "lvb_is_same_file", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int IsSameFile(SafeFileHandle fd, string path);

    [LibraryImport(Library, EntryPoint = "lvb_has_lock", SetLastError = true)]
    internal static partial int HasLock(SafeFileHandle fd, long start, long length);

    [LibraryImport(Library, EntryPoint = "lvb_terminal_columns")]
    internal static partial int TerminalColumns(int fileDescriptor);

    [LibraryImport(Library, EntryPoint = "lvb_block_device_size", SetLastError = true)]
    internal static partial long BlockDeviceSize(SafeFileHandle fd);

    [LibraryImport(Library, EntryPoint = "lvb_file_access", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int FileAccess(string path, uint* access);

    [LibraryImport(Library, EntryPoint = "lvb_file_identity", SetLastError = true,
        StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int FileIdentity(string path, ulong* identity);
}
