using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>Captures the disks of a domain that is shut off.</summary>
internal sealed class OfflineCapture(TimeProvider time)
{
    /// <exception cref="BackupException">The domain was started or an image written meanwhile.</exception>
    internal async Task<CapturedDisks> RunAsync(
        BackupPlan plan, IShutOffDisks images, CopyDisks copy, CancellationToken cancellationToken)
    {
        var instant = time.GetUtcNow();
        var start = time.GetTimestamp();

        // A persistent bitmap has the name of its checkpoint.
        var disks = await copy(
                plan.Disks,
                disk => images.ExportOf(disk.Disk, disk.Parent is null ? null : plan.Base!.Checkpoint), // it has one
                cancellationToken)
            .ConfigureAwait(false);
        await images.EnsureUntouchedAsync(cancellationToken).ConfigureAwait(false);
        return new CapturedDisks
        {
            Plan = plan,
            Time = instant,
            Freeze = null,
            Timings = new PointTimings(Frozen: null, Begin: null, time.GetElapsedTime(start)),
            Disks = disks,
        };
    }
}
