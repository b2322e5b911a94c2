using LibvirtBackup.Bitmaps;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Snapshots;

/// <summary>
/// Deletes a snapshot. libvirt commits its images itself, without a chance to carry over what it drops.
/// </summary>
internal sealed class SnapshotDeletion(SnapshotContext context, string name)
{
    private readonly LibvirtDomain _domain = context.Domain;

    internal async Task<SnapshotReport> RunAsync(bool dropBitmaps, CancellationToken cancellationToken)
    {
        await context.RefuseWhenBusyAsync(cancellationToken).ConfigureAwait(false);
        using var snapshot = await context.FindAsync(name, cancellationToken).ConfigureAwait(false);
        var running = await RunningDomain.EnsureAsync(_domain, context.Journal, context.State, cancellationToken)
            .ConfigureAwait(false);
        await using var stopping = running.ConfigureAwait(false);
        if (!dropBitmaps) await EnsureNothingDropsAsync(cancellationToken).ConfigureAwait(false);
        var before = await CheckpointSizes.ReadAsync(_domain, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        await snapshot.DeleteAsync(cancellationToken: CancellationToken.None).ConfigureAwait(false);
        var after = await CheckpointSizes.ReadAsync(_domain, CancellationToken.None).ConfigureAwait(false);
        return new SnapshotReport
        {
            Domain = _domain.Name,
            Snapshot = name,
            Checkpoints = CheckpointSizes.Compare(before, after, disk: null),
            Warnings = [],
        };
    }

    private async Task EnsureNothingDropsAsync(CancellationToken cancellationToken)
    {
        var inventory = await BitmapReader.ReadAsync(_domain, cancellationToken).ConfigureAwait(false);
        foreach (var disk in inventory.Disks.Where(disk => disk.Layers.Count > 1))
        {
            var upper = new ChainPart(0, disk.Layers.Count - 1, Keeper: null, Receiver: null);
            var lost = BitmapCarrying.Find(disk, upper);
            if (lost.Count == 0) continue;
            throw new BackupException(
                FailureKind.NotSupported,
                $"libvirt may drop bitmaps {string.Join(", ", lost.Select(bitmap => bitmap.Name))} of disk "
                + $"'{disk.Name}' of domain '{_domain.Name}', which do not record or are transient, when it deletes "
                + $"snapshot '{name}'; merge the images with 'lvbackup blockcommit', which carries them over, and then "
                + "delete the snapshot's description ('virsh snapshot-delete --metadata'), or take --drop-bitmaps");
        }
    }
}
