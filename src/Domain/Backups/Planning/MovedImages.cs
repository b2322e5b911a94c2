using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Planning;

/// <summary>
/// Until a backup's job begins libvirt lets others put images over a disk's, merge and move them, also when the plan
/// has been made. From then on it refuses that. Pure.
/// </summary>
internal static class MovedImages
{
    /// <summary>The plan for the images that the disks are in by now: those that moved are read whole.</summary>
    /// <param name="plan">What was planned.</param>
    /// <param name="now">The domain while the job runs.</param>
    internal static BackupPlan Follow(BackupPlan plan, DomainXml now) =>
        plan with { Disks = [.. plan.Disks.Select(disk => Follow(disk, now))] };

    private static DiskPlan Follow(DiskPlan disk, DomainXml now)
    {
        if (now.Disks.FirstOrDefault(one => one.Target.Value == disk.Disk.Name) is not { } found) return disk;
        var layers = DiskLayers.Of(found);
        if (layers.SequenceEqual(disk.Disk.Layers)) return disk;
        var moved = disk with { Disk = disk.Disk with { Disk = found, Layers = layers } };
        return disk.Parent is null ? moved : moved with
        {
            Level = BackupLevel.Full,
            Parent = null,
            BuriedImage = null,
            Reason = "its images were changed by somebody while the backup began",
        };
    }
}
