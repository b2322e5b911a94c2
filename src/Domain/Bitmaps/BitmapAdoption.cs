using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Bitmaps;

/// <summary>
/// Makes a checkpoint of bitmaps that exist: libvirt is told of it and, while the domain runs, looks at the bitmaps
/// itself. Which program made them, and their granularity, makes no difference to it.
/// </summary>
internal static class BitmapAdoption
{
    /// <summary>From when on a merged bitmap will hold every change: as early as one of its sources does.</summary>
    /// <exception cref="BackupException">No source holds every change up to now, or the name cannot be.</exception>
    internal static async Task<DateTimeOffset> FindSinceAsync(
        OpenDisk disk, BitmapMerge merge, TimeProvider time, CancellationToken cancellationToken)
    {
        var failed = $"bitmap '{merge.Into}' of {disk.Where} was not made";
        if (!CheckpointName.TryParse(merge.Into, out _, out var reason))
            throw new BackupException(FailureKind.Usage, $"{failed}: {reason}");
        var whole = merge.Sources.Where(name => IsWhole(disk.Disk, name)).ToList();
        if (whole.Count == 0)
            throw new BackupException(
                FailureKind.Failed,
                $"{failed}: no source records, and a checkpoint of those that stopped would lack what was written "
                + "since; leave out --adopt, or add a source that records");
        var since = time.GetUtcNow();
        foreach (var name in whole)
        {
            using var checkpoint = await disk.Domain.FindCheckpointAsync(name, cancellationToken).ConfigureAwait(false);
            if (checkpoint is null) continue;
            var xml = await checkpoint.GetXmlAsync(VirDomainCheckpointXMLFlags.NoDomain, cancellationToken)
                .ConfigureAwait(false);
            if (DomainCheckpointXml.Parse(xml).CreationTime is { } made && made < since) since = made;
        }

        return since;
    }

    /// <param name="domain">The domain.</param>
    /// <param name="inventory">Its bitmaps.</param>
    /// <param name="name">The bitmap and, on every disk that has it recording, the checkpoint.</param>
    /// <param name="since">From when on the bitmap holds every change.</param>
    /// <param name="cancellationToken">Gives up; the checkpoint may be made all the same.</param>
    /// <returns>The disks.</returns>
    /// <exception cref="BackupException">No disk has it whole and recording, or libvirt refuses.</exception>
    internal static async Task<IReadOnlyList<string>> AdoptAsync(
        LibvirtDomain domain,
        BitmapInventory inventory,
        string name,
        DateTimeOffset since,
        CancellationToken cancellationToken)
    {
        var failed = $"bitmap '{name}' of domain '{domain.Name}' was not made a checkpoint and stays a bitmap";
        if (!CheckpointName.TryParse(name, out var checkpoint, out var reason))
            throw new BackupException(FailureKind.Usage, $"{failed}: {reason}");
        var disks = inventory.Disks.Where(disk => IsWhole(disk, name)).Select(disk => disk.Name).ToList();
        if (disks.Count == 0)
            throw new BackupException(
                FailureKind.Failed, $"{failed}: no disk has it stored, recording and closed cleanly");
        var xml = new DomainCheckpointXml
        {
            Name = checkpoint,
            CreationTime = since,
            Disks = [.. inventory.Disks.Select(disk => new DomainCheckpointDisk
            {
                Name = DiskName.Parse(disk.Name),
                Checkpoint = disks.Contains(disk.Name) ? CheckpointDiskMode.Bitmap : CheckpointDiskMode.No,
                Bitmap = disks.Contains(disk.Name) ? name : null,
            })],
        };
        var flags = VirDomainCheckpointCreateFlags.Redefine
            | (inventory.IsRunning
                ? VirDomainCheckpointCreateFlags.RedefineValidate
                : VirDomainCheckpointCreateFlags.None);
        try
        {
            using var made = await domain.CreateCheckpointAsync(xml.ToXml(), flags, cancellationToken)
                .ConfigureAwait(false);
            return disks;
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, failed);
        }
    }

    /// <summary>Whether a backup may start from the bitmap: libvirt's own rule, applied before it is asked.</summary>
    private static bool IsWhole(DiskBitmaps disk, string name) =>
        disk.Layers is [var top, ..]
        && top.Find(name) is { Recording: true, Persistent: true }
        && disk.LayersWith(name).All(layer => !layer.Find(name)!.Inconsistent) // the layers with it have it
        && MergePlan.WhyIncomplete(disk, name) is null;
}
