using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Bitmaps;

/// <summary>Reads the bitmaps that the images of a shut-off domain hold, without locking them.</summary>
internal static class StoredLayers
{
    internal static async Task<BitmapInventory> ReadAsync(DomainXml domain, CancellationToken cancellationToken)
    {
        var disks = new List<DiskBitmaps>();
        foreach (var disk in domain.Disks)
            if (!disk.IsEmpty)
                disks.Add(await ReadAsync(disk, cancellationToken).ConfigureAwait(false));

        return new BitmapInventory { Domain = domain.Name, IsRunning = false, Disks = disks, Elsewhere = [] };
    }

    private static async Task<DiskBitmaps> ReadAsync(DomainDisk disk, CancellationToken cancellationToken)
    {
        var name = disk.Target.Value;
        if (disk.LocalPath is not { } path)
            return new DiskBitmaps
            {
                Name = name,
                Layers = [],
                Unknown = "it is not a file or device of this host, and only a running domain's QEMU can look into it",
            };
        try
        {
            var format = disk.DriverType?.Value ?? "raw";
            var chain = await ImageChain.InspectAsync(path, format, cancellationToken).ConfigureAwait(false);
            return new DiskBitmaps { Name = name, Layers = [.. chain.Select(Layer)] };
        }
        catch (BackupException e) when (e.Kind == FailureKind.Failed)
        {
            return new DiskBitmaps { Name = name, Layers = [], Unknown = e.Message };
        }
    }

    private static BitmapLayer Layer(QemuImageInfo image) => new()
    {
        Node = null,
        File = image.FileName,
        Format = image.Format,
        VirtualSizeBytes = image.VirtualSizeBytes,
        Bitmaps =
        [
            .. image.Bitmaps
                .Select(bitmap => new BitmapInfo
                {
                    Name = bitmap.Name,
                    GranularityBytes = bitmap.GranularityBytes,
                    DirtyBytes = null,
                    Recording = bitmap.IsRecording,
                    Persistent = true,
                    Busy = false,
                    Inconsistent = bitmap.IsInUse,
                })
                .OrderBy(bitmap => bitmap.Name, StringComparer.Ordinal),
        ],
    };
}
