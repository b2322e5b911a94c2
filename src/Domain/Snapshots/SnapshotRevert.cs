using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Snapshots;

/// <summary>
/// Takes disks back to a snapshot. libvirt lays a new image over the snapshot's; of a snapshot without memory it does
/// so while the domain is shut off, and the new image has no bitmaps. It is empty, so those of the image behind it that
/// record are made in it before anything is written.
/// </summary>
internal sealed class SnapshotRevert(SnapshotContext context, string name)
{
    /// <summary>The first that reverts to external snapshots.</summary>
    private static readonly Version s_external = new(9, 9, 0);

    private readonly LibvirtDomain _domain = context.Domain;

    internal async Task<SnapshotReport> RunAsync(AfterRevert start, CancellationToken cancellationToken)
    {
        await context.RefuseWhenBusyAsync(cancellationToken).ConfigureAwait(false);
        using var snapshot = await context.FindAsync(name, cancellationToken).ConfigureAwait(false);
        var description = DomainSnapshotXml.Parse(
            await snapshot.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        await RefuseAsync(description, cancellationToken).ConfigureAwait(false);
        var hasMemory = description.Memory?.Snapshot == DomainSnapshotLocation.External;
        var before = await ReadImagesAsync(cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await snapshot.RevertAsync(hasMemory ? Flags(start) : default, CancellationToken.None).ConfigureAwait(false);
        var inventory = await BitmapReader.ReadAsync(_domain, CancellationToken.None).ConfigureAwait(false);
        ForgetCounts(before, inventory);
        var made = await MakeBitmapsAsync(inventory).ConfigureAwait(false);
        if (!hasMemory) await StartAsync(start).ConfigureAwait(false);
        return new SnapshotReport
        {
            Domain = _domain.Name,
            Snapshot = name,
            Checkpoints = await _domain.IsActiveAsync(CancellationToken.None).ConfigureAwait(false)
                ? Describe(await CheckpointSizes.ReadAsync(_domain, CancellationToken.None).ConfigureAwait(false))
                : [],
            Warnings = made,
        };
    }

    /// <summary>The image that each disk is written to.</summary>
    private async Task<IReadOnlyDictionary<string, DiskLayer?>> ReadImagesAsync(CancellationToken cancellationToken)
    {
        var xml = DomainXml.Parse(
            await _domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        return xml.Disks.ToDictionary(
            disk => disk.Target.Value,
            disk => DiskLayers.Of(disk) is [var top, ..] ? top : null,
            StringComparer.Ordinal);
    }

    /// <summary>
    /// On a disk that went back a bitmap holds less than it did when it was last seen, and rightly: what was written
    /// since is gone with it. A disk that still has the image that it was in has not gone back, though libvirt lays a
    /// new one over that of every disk (9.9 to 12.8): its bitmaps are held to what they were seen with.
    /// </summary>
    private void ForgetCounts(IReadOnlyDictionary<string, DiskLayer?> before, BitmapInventory after) =>
        context.Journal.Append(
    [
        .. context.Journal.View.Seen.Where(seen => seen.Value.DirtyBytes > 0)
            .Where(seen => before.GetValueOrDefault(seen.Key.Disk) is not { } image
                || after.FindDisk(seen.Key.Disk)?.Layers.Any(now => DiskLayers.IsSame(now.File, image)) != true)
            .Select(seen => new JournalRecord.Seen(
                seen.Key.Checkpoint, seen.Key.Disk, 0, seen.Value.VirtualSizeBytes, seen.Value.Origin))
            .ToList(),
    ]);

    private static IReadOnlyList<CheckpointAfterJob> Describe(
        IReadOnlyDictionary<(string Checkpoint, string Disk), long?> now) =>
        CheckpointSizes.Compare(now.ToDictionary(one => one.Key, one => (long?)0), now, disk: null);

    private async Task RefuseAsync(DomainSnapshotXml description, CancellationToken cancellationToken)
    {
        var isInternal = description.Memory?.Snapshot == DomainSnapshotLocation.Internal
            || description.Disks.Any(disk => disk.Snapshot == DomainSnapshotLocation.Internal);
        if (!isInternal)
        {
            if (context.Host.Libvirt >= s_external) return;
            throw new BackupException(
                FailureKind.NotSupported,
                $"libvirt {context.Host.Libvirt} cannot revert to external snapshot '{name}': that needs libvirt "
                + $"{s_external}; upgrade the host, or restore a point ('lvbackup restore --overwrite')");
        }

        var inventory = await BitmapReader.ReadAsync(_domain, cancellationToken).ConfigureAwait(false);
        var held = inventory.Disks.SelectMany(disk => disk.Layers).SelectMany(layer => layer.Bitmaps)
            .Select(bitmap => bitmap.Name).Distinct(StringComparer.Ordinal).ToList();
        if (held.Count == 0) return;
        throw new BackupException(
            FailureKind.NotSupported,
            $"domain '{_domain.Name}' cannot go back to internal snapshot '{name}': QEMU loads none while there are "
            + $"dirty bitmaps ({string.Join(", ", held)}), and libvirt before 10.9 ends the domain and breaks all of "
            + "them on trying; delete the checkpoints first ('lvbackup checkpoint-delete', 'lvbackup bitmap-remove'), "
            + "after which the next backup reads everything, or restore a point");
    }

    /// <returns>What the user has to know.</returns>
    private async Task<IReadOnlyList<string>> MakeBitmapsAsync(BitmapInventory inventory)
    {
        // A domain that runs has them from libvirt.
        if (await _domain.IsActiveAsync(CancellationToken.None).ConfigureAwait(false)) return [];
        var warnings = new List<string>();
        foreach (var disk in inventory.Disks.Where(disk => disk.Layers.Count > 1))
        {
            var (top, below) = (disk.Layers[0], disk.Layers[1]);
            try
            {
                // Only an image in which nothing was written has missed nothing.
                var written = await QemuImage.ReadAllocationSharedAsync(
                    top.File, top.Format, CancellationToken.None).ConfigureAwait(false);
                if (top.Format != "qcow2" || written.Count > 0) continue;
                foreach (var bitmap in below.Bitmaps.Where(b => b is { Recording: true, Inconsistent: false }))
                    if (top.Find(bitmap.Name) is null)
                        await QemuImage.AddBitmapAsync(
                            top.File, bitmap.Name, bitmap.GranularityBytes, CancellationToken.None)
                            .ConfigureAwait(false);
            }
            catch (BackupException e)
            {
                warnings.Add($"the next backup reads disk '{disk.Name}' whole: its new image has no bitmaps, since "
                    + e.Message);
            }
        }

        return warnings;
    }

    private async Task StartAsync(AfterRevert start)
    {
        if (start == AfterRevert.AsThen) return;
        await _domain.StartAsync(
            start == AfterRevert.Paused ? VirDomainCreateFlags.StartPaused : VirDomainCreateFlags.None,
            CancellationToken.None).ConfigureAwait(false);
    }

    private static VirDomainSnapshotRevertFlags Flags(AfterRevert start) => start switch
    {
        AfterRevert.Running => VirDomainSnapshotRevertFlags.Running,
        AfterRevert.Paused => VirDomainSnapshotRevertFlags.Paused,
        _ => VirDomainSnapshotRevertFlags.None,
    };
}
