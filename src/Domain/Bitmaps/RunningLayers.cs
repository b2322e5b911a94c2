using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>
/// Joins a running domain's disks with QEMU's block nodes, by what QEMU answers and never by the names of nodes: they
/// are libvirt's to choose, differ between its releases, and filters and slices stand between them.
/// </summary>
internal sealed class RunningLayers(IReadOnlyList<BlockDevice> devices, IReadOnlyList<BlockNode> nodes)
{
    private readonly HashSet<BlockNode> _taken = new(ReferenceEqualityComparer.Instance);

    internal BitmapInventory Join(DomainXml domain)
    {
        var disks = domain.Disks.Where(disk => !disk.IsEmpty).Select(Join).ToList();
        return new BitmapInventory
        {
            Domain = domain.Name,
            IsRunning = true,
            Disks = disks,
            Elsewhere =
            [
                .. nodes.Where(node => !_taken.Contains(node)).Select(Layer).Where(layer => layer.Bitmaps.Count > 0),
            ],
        };
    }

    private DiskBitmaps Join(DomainDisk disk)
    {
        var name = disk.Target.Value;
        if (FindDevice(disk) is not { Inserted: { } top })
            return Unknown(name, "QEMU shows no drive for it (a vhost-user disk has none)");
        var layers = new List<BitmapLayer>();
        BlockNode? above = null;
        for (var image = top.Image; image is not null; image = image.BackingImage)
        {
            var node = FindNode(image, top, above);
            if (node is null)
                return Unknown(name, $"QEMU shows no block node for its image '{image.Filename}'");
            _taken.Add(node);
            above = node;

            // A filter stands before an image and has that image's file name; bitmaps on it are those of a job.
            var isFilter = image.BackingImage is { } next && next.Filename == image.Filename;
            if (!isFilter) layers.Add(Layer(node));
        }

        return new DiskBitmaps { Name = name, Layers = layers };
    }

    private static DiskBitmaps Unknown(string disk, string why) => new() { Name = disk, Layers = [], Unknown = why };

    private BlockDevice? FindDevice(DomainDisk disk) =>
        disk.Alias is { } alias && devices.FirstOrDefault(device => device.IsDevice(alias)) is { } found
            ? found
            : devices.FirstOrDefault(device => device.Inserted is { } node && node.File == disk.LocalPath);

    /// <summary>
    /// A node is known by its file and driver together. Two disks may share a lower image, and then QEMU has a node of
    /// it for each with the same bitmaps: where QEMU tells who uses whom that decides, else any of them serves.
    /// </summary>
    private BlockNode? FindNode(BlockNodeImage image, BlockNode top, BlockNode? above)
    {
        if (above is null) return nodes.FirstOrDefault(node => node.NodeName == top.NodeName) ?? top;
        var candidates = nodes.Where(node => node.File == image.Filename && node.Driver == image.Format).ToList();
        return candidates.FirstOrDefault(node => above.Children.Any(child => child.NodeName == node.NodeName))
            ?? candidates.FirstOrDefault(node => !_taken.Contains(node))
            ?? candidates.FirstOrDefault();
    }

    private static BitmapLayer Layer(BlockNode node) => new()
    {
        Node = node.NodeName,
        File = node.File,
        Format = node.Driver,
        VirtualSizeBytes = node.Image.VirtualSize,
        Bitmaps =
        [
            .. node.DirtyBitmaps.Where(bitmap => bitmap.Name is not null)
                .Select(bitmap => new BitmapInfo
                {
                    Name = bitmap.Name!, // those without are left out above
                    GranularityBytes = bitmap.Granularity,
                    DirtyBytes = bitmap.Inconsistent ? null : bitmap.Count,
                    Recording = bitmap.Recording,
                    Persistent = bitmap.Persistent,
                    Busy = bitmap.Busy,
                    Inconsistent = bitmap.Inconsistent,
                })
                .OrderBy(bitmap => bitmap.Name, StringComparer.Ordinal),
        ],
    };
}
