using LibvirtBackup.Backups.Planning;
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
    private const string OldVersion = "an image of qcow2 version 2 cannot record what changes";

    private readonly Lock _gate = new();
    private readonly HashSet<string> _seeded = new(StringComparer.Ordinal);

    /// <summary>
    /// Removes the bitmaps of this repository's checkpoints, which the new domain does not have and whose names its
    /// next ones may get, and adds the point's, in an image that nobody has open.
    /// </summary>
    /// <param name="disk">The disk.</param>
    /// <param name="path">Where its complete image is by now.</param>
    /// <param name="keepsIdentity">False for a domain without checkpoints.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task PrepareAsync(
        DiskDestination disk, string path, bool keepsIdentity, CancellationToken cancellationToken)
    {
        var name = keepsIdentity ? point.Checkpoint : null;
        try
        {
            var why = disk.Format == DiskFormat.Qcow2
                ? await PrepareImageAsync(disk, path, name, cancellationToken).ConfigureAwait(false)
                : "only a qcow2 image can record what changes";
            if (why is not null && name is not null)
                Warn($"the next backup reads all of disk '{disk.Disk.Name}': {why}");
        }
        catch (BackupException e)
        {
            Warn($"the next backup reads all of disk '{disk.Disk.Name}', or fails because of an old bitmap in its "
                + $"image: {e.Message}");
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
            Description = $"lvbackup: restored from point {point.Id} ({Guid.NewGuid():n}); "
                + "later backups start from it; "
                + SeededImages.Write(definition.Disks.Where(disk => _seeded.Contains(disk.Target.Value))),
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
        catch (Exception e) when (e is LibvirtException or LibvirtConnectionLostException)
        {
            warnings.Add($"the next backup reads everything: libvirt does not take the checkpoint: {e.Message}");
            return null;
        }
    }

    /// <returns>Why there is no bitmap in the image, or null.</returns>
    private async Task<string?> PrepareImageAsync(
        DiskDestination disk, string path, string? name, CancellationToken cancellationToken)
    {
        if (disk.Kind == DestinationKind.ExistingFile)
        {
            var image = await QemuImage.InspectAsync(path, "qcow2", cancellationToken).ConfigureAwait(false);
            if (image.Properties.Compat == "0.10") return OldVersion;
            foreach (var bitmap in image.Bitmaps.Where(bitmap => IsOurs(bitmap.Name)))
                await QemuImage.RemoveBitmapAsync(path, bitmap.Name, cancellationToken).ConfigureAwait(false);
        }
        else if (disk.Qcow2.Version == 2)
        {
            return OldVersion;
        }

        if (name is null) return null;
        await QemuImage.AddBitmapAsync(path, name, cancellationToken).ConfigureAwait(false);
        lock (_gate) _seeded.Add(disk.Disk.Name);
        return null;
    }

    private bool IsOurs(string bitmap) =>
        CheckpointNaming.TryParse(bitmap, out var parts) && parts.RepositoryId == point.RepositoryId;

    private void Warn(string line)
    {
        lock (_gate) warnings.Add(line);
    }
}
