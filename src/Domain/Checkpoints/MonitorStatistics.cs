using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.Checkpoints;

/// <summary>Finds the dirty bytes of checkpoints in an inventory of a running domain's bitmaps. Pure.</summary>
internal sealed class MonitorStatistics(BitmapInventory inventory)
{
    /// <summary>
    /// The checkpoint with dirty bytes; null when a disk has its bitmap in several images, whose union only libvirt can
    /// make.
    /// </summary>
    internal CheckpointSummary? Fill(CheckpointSummary checkpoint)
    {
        var disks = new List<CheckpointDisk>(checkpoint.Disks.Count);
        foreach (var disk in checkpoint.Disks)
        {
            var found = inventory.FindDisk(disk.Name);
            if (found is not null && found.LayersWith(disk.Bitmap).Skip(1).Any()) return null;
            disks.Add(disk with { DirtyBytes = CountOf(found, disk.Bitmap) });
        }

        return checkpoint with { Disks = disks };
    }

    /// <summary>The bitmaps of this product that are no checkpoint's.</summary>
    /// <param name="known">The checkpoints that libvirt has.</param>
    internal IReadOnlyList<ForgottenCheckpoint> Forgotten(IReadOnlyList<CheckpointSummary> known)
    {
        var names = known.Select(checkpoint => checkpoint.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. inventory.Disks
                .Where(disk => disk.Layers.Count > 0)
                .SelectMany(disk => disk.Layers[0].Bitmaps.Select(bitmap => (Disk: disk, Bitmap: bitmap)))
                .Where(one => one.Bitmap.Owner is BitmapOwner.Product && !names.Contains(one.Bitmap.Name))
                .GroupBy(one => one.Bitmap.Name, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new ForgottenCheckpoint(
                    group.Key,
                    [
                        .. group.Select(one => new CheckpointDisk(
                            one.Disk.Name, group.Key, CountOf(one.Disk, group.Key))),
                    ])),
        ];
    }

    /// <summary>libvirt's own rule: what is missing above, stopped or broken says nothing.</summary>
    private static long? CountOf(DiskBitmaps? disk, string name) =>
        disk?.Layers is [var top, ..] && top.Find(name) is { Recording: true, Persistent: true } bitmap
            && !disk.LayersWith(name).Skip(1).Any()
            ? bitmap.DirtyBytes
            : null;
}
