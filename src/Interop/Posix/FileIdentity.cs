using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Posix;

/// <summary>
/// Which file it is, whatever its name. A number is given to another file once the file is deleted; the birth tells
/// the two apart.
/// </summary>
/// <param name="Number">The inode number, unique in the file system.</param>
/// <param name="BirthNanoseconds">
/// Nanoseconds since 1970 at which the file was made; 0 where the file system does not say.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileIdentity(ulong Number, ulong BirthNanoseconds);
