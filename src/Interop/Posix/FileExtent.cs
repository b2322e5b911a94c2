using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Posix;

/// <summary>A run of bytes of a file.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Length">How long it is, in bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileExtent(long Offset, long Length);
