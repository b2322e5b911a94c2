using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Views;

/// <summary>A disk of a running domain, of which a view is opened.</summary>
internal sealed record ViewSource
{
    /// <summary>The target (<c>vda</c>).</summary>
    internal required string Name { get; init; }

    internal required DiskBitmaps Bitmaps { get; init; }

    /// <summary>What the view tells of changes.</summary>
    internal IReadOnlyList<FrozenChanges> Changes { get; init; } = [];

    /// <summary>The node of the image that the guest writes.</summary>
    internal string Node => Bitmaps.Layers[0].Node!; // the domain runs

    internal long SizeBytes => Bitmaps.Layers[0].VirtualSizeBytes;

    /// <summary>Takes the named disks, or all that the guest can write.</summary>
    /// <exception cref="BackupException">There is no such disk, or QEMU does not show it.</exception>
    internal static IReadOnlyList<ViewSource> Select(
        DomainXml domain, BitmapInventory inventory, IReadOnlyList<string> disks)
    {
        var writable = domain.Disks.Where(disk => !disk.IsEmpty && !disk.IsReadOnly).Select(disk => disk.Target.Value)
            .ToList();
        if (disks.FirstOrDefault(name => !writable.Contains(name)) is { } unknown)
            throw new BackupException(
                FailureKind.Usage,
                $"domain '{domain.Name}' has no disk '{unknown}' that its guest can write; it has "
                + string.Join(", ", writable));
        if (writable.Count == 0)
            throw new BackupException(
                FailureKind.Failed, $"domain '{domain.Name}' has no disk that its guest can write");
        return [.. writable.Where(name => disks.Count == 0 || disks.Contains(name, StringComparer.Ordinal))
            .Select(name => Read(domain.Name, inventory.FindDisk(name), name))];
    }

    private static ViewSource Read(string domain, DiskBitmaps? found, string name) => found is { Layers.Count: > 0 }
        ? new ViewSource { Name = name, Bitmaps = found }
        : throw new BackupException(
            FailureKind.NotSupported,
            $"disk '{name}' of domain '{domain}' cannot be looked at ({found?.Unknown ?? "QEMU does not show it"}); "
            + "leave it out by naming the others (--disk)");
}
