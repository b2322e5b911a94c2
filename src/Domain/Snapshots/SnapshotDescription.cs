using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Snapshots;

/// <summary>What libvirt is asked for. Pure.</summary>
internal static class SnapshotDescription
{
    /// <summary>The <c>&lt;domainsnapshot&gt;</c>.</summary>
    /// <exception cref="BackupException">Usage: a disk that is not there.</exception>
    internal static string Of(DomainXml domain, SnapshotRequest request)
    {
        foreach (var name in request.Disks.Keys)
            if (domain.Disks.All(disk => disk.Target.Value != name))
                throw new BackupException(
                    FailureKind.Usage,
                    $"domain '{domain.Name}' has no disk '{name}'; it has "
                    + string.Join(", ", domain.Disks.Select(disk => disk.Target.Value)));
        return new DomainSnapshotXml
        {
            Name = request.Name,
            Description = request.Description,
            Disks =
            [
                .. domain.Disks.Where(disk => !disk.IsEmpty).Select(disk => new DomainSnapshotDisk
                {
                    Name = disk.Target,
                    Snapshot = IsTaken(disk, request) ? DomainSnapshotLocation.External : DomainSnapshotLocation.No,
                    DriverType = IsTaken(disk, request) ? ImageFormat.Qcow2 : null,
                    Source = request.Disks.GetValueOrDefault(disk.Target.Value) is { } path && IsTaken(disk, request)
                        ? new FileDiskSource { Path = path }
                        : null,
                }),
            ],
        }.ToXml();
    }

    /// <summary>The <c>&lt;domaincheckpoint&gt;</c> of the disks that can hold one, or null where none is asked for.
    /// </summary>
    internal static string? CheckpointOf(DomainXml domain, SnapshotRequest request)
    {
        if (request.Checkpoint is null) return null;
        var trackable = DiskSelection.SelectTrackable(domain).ToHashSet(StringComparer.Ordinal);
        if (trackable.Count == 0)
            throw new BackupException(
                FailureKind.NotSupported,
                $"no disk of domain '{domain.Name}' can hold a dirty bitmap (raw, qcow2 version 2, network): there can "
                + "be no checkpoint; take the snapshot alone");
        return new DomainCheckpointXml
        {
            Name = CheckpointName.Parse(request.Checkpoint),
            Description = request.Description,
            Disks =
            [
                .. domain.Disks.Where(disk => !disk.IsEmpty).Select(disk => new DomainCheckpointDisk
                {
                    Name = disk.Target,
                    Checkpoint = trackable.Contains(disk.Target.Value)
                        ? CheckpointDiskMode.Bitmap
                        : CheckpointDiskMode.No,
                }),
            ],
        }.ToXml();
    }

    private static bool IsTaken(DomainDisk disk, SnapshotRequest request) =>
        !disk.IsReadOnly && (request.Disks.Count == 0 || request.Disks.ContainsKey(disk.Target.Value));
}
