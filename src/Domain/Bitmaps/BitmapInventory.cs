namespace LibvirtBackup.Bitmaps;

/// <summary>All dirty bitmaps of one domain at one moment.</summary>
internal sealed record BitmapInventory
{
    /// <summary>The domain's name.</summary>
    public required string Domain { get; init; }

    /// <summary>
    /// Whether the domain runs: then the bitmaps are those in QEMU's memory, else those stored in the images.
    /// </summary>
    public required bool IsRunning { get; init; }

    /// <summary>The disks, in the order of the domain's description; empty drives are left out.</summary>
    public required IReadOnlyList<DiskBitmaps> Disks { get; init; }

    /// <summary>
    /// Block nodes with bitmaps that belong to no disk, such as the scratch images of a running backup; empty while the
    /// domain is shut off.
    /// </summary>
    public required IReadOnlyList<BitmapLayer> Elsewhere { get; init; }

    /// <summary>Finds a disk.</summary>
    /// <param name="name">The target, compared exactly.</param>
    /// <returns>The disk, or null.</returns>
    public DiskBitmaps? FindDisk(string name) => Disks.FirstOrDefault(disk => disk.Name == name);
}
