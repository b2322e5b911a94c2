using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Planning;

/// <summary>
/// Whether a disk is in the image that it was in at the base point. A bitmap's name says which checkpoint it belongs
/// to and not which disk: those of all disks have the same. Where images were exchanged, changes of one disk would be
/// laid over the content of another.
/// </summary>
internal static class ImageMatch
{
    /// <summary>Why the disk's bitmap may not be used with the base point's content, or null.</summary>
    /// <param name="disk">The disk now.</param>
    /// <param name="basePoint">The base point.</param>
    /// <param name="seeded">
    /// Fingerprint of the image that a restore put the checkpoint's bitmap into; null when none did.
    /// </param>
    internal static string? WhyOther(SelectedDisk disk, RestorePoint basePoint, string? seeded)
    {
        var parent = basePoint.Disks.FirstOrDefault(then => then.Name == disk.Name);
        if (disk.Layers is not [var now, ..]) return "its storage does not tell which image it is";
        // Bitmaps of one name are in all disks of a checkpoint, and in those only.
        if (disk.Disk.IsElsewhere && now.FileId is null && basePoint.Disks.Count > 1)
            return "its host does not tell which file its image is, so it could be that of another disk by now "
                + "(over ssh it tells)";
        if (seeded is not null && parent is not null)
            return disk.Layers.Any(layer => DiskLayers.Fingerprint(layer) == seeded)
                ? null
                : $"'{now.Source}' is not the image that was restored";
        var linked = basePoint.Disks.Where(then => AreLinked(then.Layers, disk.Layers)).ToList();
        if (linked.Count > 1) return $"'{now.Source}' was part of several disks at the base point";
        if (linked is [var only])
            return only.Name == disk.Name ? null : $"its image was that of disk '{only.Name}' at the base point";
        return parent switch
        {
            null => "the base point does not have this disk",
            { Layers: not [_, ..] } => "the base point does not tell which image it was in",
            { Layers: [var then, ..] } when then.Source == now.Source =>
                $"'{now.Source}' is not the same file as at the base point",
            { Layers: [var then, ..] } => $"it was in '{then.Source}' at the base point and is in '{now.Source}'",
        };
    }

    /// <summary>
    /// The image that holds the bitmap since the base point, where snapshots have put others over it; else null.
    /// </summary>
    internal static DiskLayer? FindBuried(SelectedDisk disk, RestorePoint basePoint, string? seeded)
    {
        var then = basePoint.Disks.FirstOrDefault(then => then.Name == disk.Name)?.Layers;
        return disk.Layers.Skip(1).FirstOrDefault(layer => seeded is not null
            ? DiskLayers.Fingerprint(layer) == seeded && DiskLayers.Fingerprint(disk.Layers[0]) != seeded
            : then is [var top, ..] && layer == top);
    }

    /// <summary>
    /// A snapshot puts a new image on top, a commit takes it away again: bitmaps go along with both.
    /// </summary>
    private static bool AreLinked(IReadOnlyList<DiskLayer> then, IReadOnlyList<DiskLayer> now) =>
        then is [var oldTop, ..] && (now.Contains(oldTop) || then.Contains(now[0]));
}
