using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Differences;

/// <summary>
/// An entry of one of two maps that are compared. The lower map is thought to have nodes above its root, as many as
/// the higher one has: such an entry <paramref name="IsVirtual"/>, and its first child leads to the root.
/// </summary>
internal readonly record struct SideEntry(MapEntry Entry, bool IsVirtual = false);
