using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Restores.Definitions;

/// <summary>
/// Lets the next backup of a restored domain be incremental: each image gets an empty bitmap with the name of the
/// point's checkpoint, and libvirt is told that the checkpoint exists. The image holds exactly the point's bytes, and
/// the bitmap records from the moment that anybody opens the image for writing, so "since the checkpoint" is true.
/// </summary>
internal sealed class CheckpointSeed(RestorePoint point, List<string> warnings)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _seeded = new(StringComparer.Ordinal);

    /// <summary>Adds the bitmap to an image that nobody has open; if that fails, the next backup reads all.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="path">Where its complete image is by now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task AddBitmapAsync(DiskDestination disk, string path, CancellationToken cancellationToken)
    {
        if (point.Checkpoint is not { } name || disk.Format != DiskFormat.Qcow2) return;
        try
        {
            var image = await QemuImage.InspectAsync(path, "qcow2", cancellationToken).ConfigureAwait(false);
            if (image.Properties.Compat == "0.10") return;
            if (image.Bitmaps.Any(bitmap => bitmap.Name == name))
                await QemuImage.RemoveBitmapAsync(path, name, cancellationToken).ConfigureAwait(false);
            await QemuImage.AddBitmapAsync(path, name, cancellationToken).ConfigureAwait(false);
            lock (_gate) _seeded.Add(disk.Disk.Name);
        }
        catch (BackupException e)
        {
            lock (_gate) warnings.Add($"the next backup reads all of disk '{disk.Disk.Name}': {e.Message}");
        }
    }

    /// <summary>Tells libvirt of the checkpoint; the domain is off.</summary>
    /// <returns>The checkpoint's name, or null when the next backup reads everything.</returns>
    internal async Task<string?> RedefineAsync(
        LibvirtDomain domain, DomainXml definition, CancellationToken cancellationToken)
    {
        if (point.Checkpoint is not { } name || _seeded.Count == 0) return null;
        var checkpoint = new DomainCheckpointXml
        {
            Name = CheckpointName.Parse(name),
            // A text of its own each time: the audit must not hold the new, empty bitmap against an old one.
            Description = $"lvbackup: restored from point {point.Id} ({Guid.NewGuid():n}); later backups start from it",
            CreationTime = point.Time,
            Disks = [.. definition.Disks.Where(disk => !disk.IsEmpty).Select(disk => new DomainCheckpointDisk
            {
                Name = disk.Target,
                Checkpoint = _seeded.Contains(disk.Target.Value) ? CheckpointDiskMode.Bitmap : CheckpointDiskMode.No,
                Bitmap = _seeded.Contains(disk.Target.Value) ? name : null,
            })],
        };
        try
        {
            using var made = await domain.CreateCheckpointAsync(
                checkpoint.ToXml(), VirDomainCheckpointCreateFlags.Redefine, cancellationToken).ConfigureAwait(false);
            return name;
        }
        catch (LibvirtException e)
        {
            warnings.Add($"the next backup reads everything: libvirt does not take the checkpoint: {e.Message}");
            return null;
        }
    }
}
