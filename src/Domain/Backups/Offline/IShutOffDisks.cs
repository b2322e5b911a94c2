using LibvirtBackup.Backups.Planning;

namespace LibvirtBackup.Backups.Offline;

/// <summary>The disks of a shut-off domain, as they were when first looked at.</summary>
internal interface IShutOffDisks
{
    /// <summary>Looks at the bitmaps of a checkpoint.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="isKnown">Whether libvirt knows it.</param>
    CheckpointProbe Probe(string checkpoint, bool isKnown);

    /// <summary>Where a disk can be read.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="bitmap">A usable bitmap to read with it, or null.</param>
    DiskExport ExportOf(SelectedDisk disk, string? bitmap);

    /// <exception cref="BackupException">The domain was started, or an image written, since the first look.
    /// </exception>
    Task EnsureUntouchedAsync(CancellationToken cancellationToken);
}
