using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>
/// Captures the disks of a domain that is shut off, without locking them: a guest that is started meanwhile must not be
/// hindered, so the capture is given up instead.
/// </summary>
internal sealed class OfflineCapture(LibvirtDomain domain, TimeProvider time)
{
    /// <exception cref="BackupException">
    /// The domain was started or an image written meanwhile, or a disk is not on this host.
    /// </exception>
    internal async Task<CapturedDisks> RunAsync(
        BackupPlan plan, CopyDisks copy, CancellationToken cancellationToken)
    {
        if (plan.Disks.FirstOrDefault(disk => disk.Disk.Path is null) is { } remote)
            throw new BackupException(
                FailureKind.NotSupported,
                $"disk '{remote.Disk.Name}' of domain '{domain.Name}' is not a file or device, and the domain is shut "
                + "off; "
                + "use --start-paused, or back it up while it runs");
        var instant = time.GetUtcNow();
        var start = time.GetTimestamp();
        var before = Stamp(plan);
        var disks = await copy(plan.Disks, ExportOf, cancellationToken).ConfigureAwait(false);
        var state = await domain.GetStateAsync(cancellationToken).ConfigureAwait(false);
        if (state.State != VirDomainState.Shutoff || !before.SequenceEqual(Stamp(plan)))
            throw new BackupException(
                FailureKind.Failed, $"domain '{domain.Name}' was started, or its disks written, while they were read; "
                    + "run the backup again");
        return new CapturedDisks
        {
            Plan = plan,
            Time = instant,
            Freeze = null,
            Timings = new PointTimings(Frozen: null, Begin: null, time.GetElapsedTime(start)),
            Disks = disks,
        };

        (NbdEndpoint Endpoint, string? Bitmap) ExportOf(DiskPlan disk)
        {
            // A persistent bitmap has the name of its checkpoint; only a comparison asks for one.
            var bitmap = disk.Parent is null ? null : plan.Base!.Checkpoint;
            string[] bitmaps = bitmap is null ? [] : [bitmap];
            return (ImageExport.ForReading(disk.Disk.Path!, disk.Disk.Format, bitmaps), bitmap);
        }
    }

    /// <summary>QEMU writes to a qcow2 image when it opens it, and a raw image changes when the guest writes.</summary>
    private static List<(DateTime Written, long Length)> Stamp(BackupPlan plan) =>
        [.. plan.Disks.Select(disk => new FileInfo(disk.Disk.Path!))
            .Select(file => (file.LastWriteTimeUtc, file.Exists ? file.Length : 0))];
}
