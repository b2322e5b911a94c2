using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.Checkpoints;

/// <summary>
/// A checkpoint of this product that libvirt has forgotten, as it does when a domain migrates, while its bitmaps still
/// record.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Disks">The disks that have its bitmap.</param>
internal sealed record ForgottenCheckpoint(string Name, IReadOnlyList<CheckpointDisk> Disks)
{
    /// <summary>Finds the bitmaps of this product that are no checkpoint's, without dirty bytes.</summary>
    /// <param name="inventory">The domain's bitmaps.</param>
    /// <param name="known">The checkpoints that libvirt has.</param>
    internal static IReadOnlyList<ForgottenCheckpoint> Find(
        BitmapInventory inventory, IEnumerable<CheckpointSummary> known)
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
                    group.Key, [.. group.Select(one => new CheckpointDisk(one.Disk.Name, group.Key, null))])),
        ];
    }

    /// <summary>The same with dirty bytes.</summary>
    internal ForgottenCheckpoint With(IReadOnlyDictionary<BitmapOnDisk, long?> dirtyBytes) =>
        this with { Disks = [.. Disks.Select(disk => disk.With(dirtyBytes))] };
}
