using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>
/// Decides what a merge does, for QEMU and for qemu-img alike. Pure: it works on an inventory.
/// </summary>
internal static class MergePlan
{
    /// <summary>
    /// The actions that make a bitmap on the image that the guest writes, with the bits of all sources from all images
    /// of the chain, recording. It records only from the last action on, so that half of the actions make no bitmap
    /// that could be taken for a whole one; QEMU carries out all at one moment, so that no write falls between.
    /// </summary>
    /// <param name="where">The disk, in words for people.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="merge">What to merge.</param>
    /// <exception cref="BackupException">The result would be wrong, or QEMU would refuse.</exception>
    internal static IReadOnlyList<BitmapAction> Of(string where, DiskBitmaps disk, BitmapMerge merge)
    {
        var refused = $"bitmap '{merge.Into}' of {where} was not made";
        if (disk.LayersWith(merge.Into).FirstOrDefault() is { } taken)
            throw Failed($"{refused}: image '{taken.File}' has a bitmap of that name; choose another name");
        var top = BitmapTarget.Of(disk.Layers[0]);
        var sources = new List<BitmapSource>();
        long? granularity = null;
        foreach (var name in merge.Sources.Distinct(StringComparer.Ordinal))
        {
            var layers = disk.LayersWith(name).ToList();
            if (layers.Count == 0)
                throw Failed($"{refused}: there is no bitmap '{name}'; see 'lvbackup bitmap-list'");
            if (WhyIncomplete(disk, name) is { } why && !merge.Force)
                throw Failed($"{refused}: {why}; --force merges what there is");
            foreach (var layer in layers)
            {
                var bitmap = layer.Find(name)!; // it is one of the layers with it
                if (bitmap.Inconsistent)
                    throw Failed($"{refused}: bitmap '{name}' in image '{layer.File}' was not closed cleanly and says "
                        + "nothing any more; leave it out, and remove it");
                if (layer.VirtualSizeBytes != disk.Layers[0].VirtualSizeBytes)
                    throw new BackupException(FailureKind.NotSupported, $"{refused}: image '{layer.File}' with bitmap "
                        + $"'{name}' has another size than the disk, and QEMU cannot merge across that; commit the "
                        + "images into one first");

                // The finest granularity holds every source exactly.
                granularity = Math.Min(granularity ?? long.MaxValue, bitmap.GranularityBytes);
                sources.Add(new BitmapSource(BitmapTarget.Of(layer), name));
            }
        }

        return
        [
            new AddBitmap(top, merge.Into) { Granularity = granularity, Persistent = true, Disabled = true },
            new MergeBitmaps(top, merge.Into, sources),
            new EnableBitmap(top, merge.Into),
        ];
    }

    /// <summary>
    /// Why the images together do not hold all that a bitmap should: one of them let go of it while it recorded. A
    /// bitmap that was paused is whole wherever it ends.
    /// </summary>
    internal static string? WhyIncomplete(DiskBitmaps disk, string name)
    {
        for (var i = 1; i < disk.Layers.Count; i++)
        {
            if (disk.Layers[i].Find(name) is { Recording: true } && disk.Layers[i - 1].Find(name) is null)
                return $"bitmap '{name}' in image '{disk.Layers[i].File}' has no successor in image "
                    + $"'{disk.Layers[i - 1].File}', so that later changes are in none";
        }

        return null;
    }

    private static BackupException Failed(string message) => new(FailureKind.Failed, message);
}
