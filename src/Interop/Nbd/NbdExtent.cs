using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>A run of blocks with the same status; it begins where the one before it ends.</summary>
/// <param name="Length">The length, in bytes.</param>
/// <param name="Flags">
/// What the context says of it. base:allocation: <see cref="Hole"/>, <see cref="Zero"/>. qemu:dirty-bitmap:NAME:
/// <see cref="Dirty"/>. qemu:allocation-depth: the layer that holds it, 0 for none.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NbdExtent(long Length, ulong Flags)
{
    /// <summary>In base:allocation: no storage is allocated for it.</summary>
    public const ulong Hole = 1;

    /// <summary>In base:allocation: it reads as zeroes.</summary>
    public const ulong Zero = 2;

    /// <summary>In qemu:dirty-bitmap:NAME: written since the bitmap began.</summary>
    public const ulong Dirty = 1;
}
