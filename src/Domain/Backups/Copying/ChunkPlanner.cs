using LibvirtBackup.Extents;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Backups.Copying;

/// <summary>
/// Decides per chunk from what QEMU reports and what the parent has. The dirty map alone is never believed: where it
/// says clean but the allocation disagrees with the parent (a disk that shrank and grew again, a bitmap cleared by
/// somebody), the chunk is taken from QEMU. Extra dirty bits cost time; missing ones would cost data.
/// </summary>
internal static class ChunkPlanner
{
    /// <param name="chunk">The chunk's bytes.</param>
    /// <param name="zero">Where QEMU says that the disk reads as zeroes.</param>
    /// <param name="dirty">What changed since the parent, or null when everything is to be read.</param>
    /// <param name="parent">The parent's entry, or null when the parent has no such whole chunk.</param>
    internal static ChunkAction Decide(ByteRange chunk, RangeSet zero, RangeSet? dirty, MapEntry? parent)
    {
        var isZero = zero.Contains(chunk);
        if (dirty is null || parent is null || dirty.Overlaps(chunk))
            return isZero ? ChunkAction.Hole : ChunkAction.Read;
        return parent.Value.Kind switch
        {
            EntryKind.Hole => isZero ? ChunkAction.Inherit : ChunkAction.ReadUnreported,
            EntryKind.Data => isZero ? ChunkAction.HoleUnreported : ChunkAction.Inherit,
            EntryKind.Zero => ChunkAction.Inherit,
            _ => throw new InvalidDataException($"unknown map entry kind {parent.Value.Kind}"),
        };
    }
}
