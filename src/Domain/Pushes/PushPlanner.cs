using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Pushes;

/// <summary>What an image can hold further limits what a plan may build on. Pure.</summary>
internal static class PushPlanner
{
    /// <summary>The plan, without incrementals of disks that have no image to build on.</summary>
    /// <param name="plan">What checkpoints and bitmaps allow.</param>
    /// <param name="request">What the user wants.</param>
    /// <param name="points">The points of the set.</param>
    /// <param name="sizes">How large the disks are now, by name.</param>
    /// <exception cref="BackupException">NotSupported: an incremental was asked for, and no disk can be one.
    /// </exception>
    internal static BackupPlan Limit(
        BackupPlan plan,
        PushRequest request,
        IReadOnlyList<ImagePoint> points,
        IReadOnlyDictionary<string, long> sizes)
    {
        if (plan.Base is null) return plan;
        var start = points.First(point => point.Id == plan.Base.Id);
        var disks = plan.Disks.Select(disk => WhyWhole(disk, request, start, sizes) is { } why
            ? disk with { Level = BackupLevel.Full, Parent = null, Reason = why, BuriedImage = null }
            : disk).ToList();
        if (disks.Any(disk => disk.Parent is not null)) return plan with { Disks = disks };
        var reason = disks.First(disk => disk.Reason is not null).Reason!; // found so
        return request.Level is not (BackupLevel.Incremental or BackupLevel.Differential)
            ? (plan with { Disks = disks }).WithoutBase(reason)
            : throw new BackupException(
                FailureKind.NotSupported,
                $"an incremental push of domain '{request.Domain}' is not possible ({reason}); use --level auto or "
                + "full");
    }

    private static string? WhyWhole(
        DiskPlan disk, PushRequest request, ImagePoint start, IReadOnlyDictionary<string, long> sizes)
    {
        if (disk.Parent is null) return null;
        var name = disk.Disk.Name;
        var old = start.Disks.First(one => one.Name == name); // the plan has found it there
        if (request.Targets.ContainsKey(name)) return "a device is written whole each time";
        if (old.IsDevice) return $"the disk of point '{start.Id}' is on a device";
        // What a commit or a pull without libvirt's help moves is in no bitmap.
        if (!old.Layers.SequenceEqual(disk.Disk.Layers)) return "its images are others than then";
        if (request.Format == DiskFormat.Raw && old.Format != "raw")
            return $"the image of point '{start.Id}' is {old.Format}, and a raw one is asked for";
        return sizes[name] != old.VirtualSizeBytes ? "its size has changed" : null;
    }
}
