using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Extents;
using LibvirtBackup.Hosts;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups.Sources;

/// <summary>
/// A disk whose image at the base point lies behind others now. What these hold was written since, whatever their
/// bitmaps say: QEMU moves data from one image to the next when it pulls, and marks nothing in any bitmap, for the
/// guest sees no change. libvirt adds up the bitmaps when the pull has ended, unless it was dead then; when QEMU ends
/// before it is back, and the images alone are asked afterwards, the pulled image's bitmap is forgotten (libvirt 9.0 to
/// 12.8).
/// </summary>
internal static class BuriedBase
{
    /// <returns>
    /// What the images over that of the base point hold, or null where there are none; or why that cannot be told, and
    /// everything has to be read.
    /// </returns>
    internal static async Task<(RangeSet? Written, string? WhyNot)> ReadAsync(
        DiskPlan disk, CancellationToken cancellationToken)
    {
        if (disk is not { Parent: not null, BuriedImage: { } buried }) return (null, null);
        if (disk.Disk.Path is not { } path)
            return (null, "the images over that of the base point are not on this host");
        try
        {
            var chain = await ImageChain.InspectAsync(path, disk.Disk.Format, cancellationToken)
                .ConfigureAwait(false);
            var above = chain.TakeWhile(image => !DiskLayers.IsSame(image.FileName, buried)).ToList();
            if (WhyOther(disk.Disk, chain, above, buried) is { } other) return (null, other);
            var parts = new List<RangeSet>();
            foreach (var image in above)
                parts.Add(await QemuImage.ReadAllocationSharedAsync(image.FileName, image.Format, cancellationToken)
                    .ConfigureAwait(false));
            var written = new RangeSet();
            written.AppendUnion(parts);
            return (written, null);
        }
        catch (BackupException e)
        {
            return (null, $"the images over that of the base point cannot be looked at: {e.Message}");
        }
    }

    /// <summary>The definition and the images have to tell of the same layers.</summary>
    private static string? WhyOther(
        SelectedDisk disk, IReadOnlyList<QemuImageInfo> chain, List<QemuImageInfo> above, DiskLayer buried)
    {
        if (above.Count == chain.Count)
            return $"its images do not lead to '{buried.Source}', which the definition names";
        var missing = disk.Layers.TakeWhile(layer => layer != buried)
            .FirstOrDefault(layer => !above.Exists(image => DiskLayers.IsSame(image.FileName, layer)));
        return missing is null ? null : $"the definition names '{missing.Source}', to which its images do not lead";
    }
}
