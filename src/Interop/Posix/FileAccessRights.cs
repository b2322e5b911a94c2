using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Posix;

/// <summary>Who may do what with a file; access control lists may say more.</summary>
/// <param name="UserId">The owner.</param>
/// <param name="GroupId">The group.</param>
/// <param name="Mode">What owner, group and all others may do.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileAccessRights(uint UserId, uint GroupId, UnixFileMode Mode);
