using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Planning;

public sealed class MovedImagesTests
{
    [Fact]
    public void A_disk_whose_images_are_others_than_planned_is_read_whole()
    {
        var plan = Plan(Incremental("vda", "/a"), Incremental("vdb", "/b"), Incremental("vdc", "/c", "/d"));

        var followed = MovedImages.Follow(plan, Domain(("vda", ["/a"]), ("vdb", ["/over", "/b"]), ("vdc", ["/c"])));

        Assert.Equal(
            [BackupLevel.Incremental, BackupLevel.Full, BackupLevel.Full], followed.Disks.Select(disk => disk.Level));
        Assert.Equal([false, true, true], followed.Disks.Select(disk => disk.Parent is null));
        Assert.All(followed.Disks.Skip(1), disk => Assert.Null(disk.BuriedImage));
        Assert.All(
            followed.Disks.Skip(1), disk => Assert.Contains("by somebody", disk.Reason, StringComparison.Ordinal));
        // The next backup compares with what this one has really read.
        Assert.Equal(["/over", "/b"], followed.Disks[1].Disk.Layers.Select(layer => layer.Source));
        Assert.Equal("/over", followed.Disks[1].Disk.Path);
    }

    [Fact]
    public void A_disk_that_is_read_whole_anyway_keeps_its_reason()
    {
        var first = Incremental("vda", "/a") with { Level = BackupLevel.Full, Parent = null, Reason = "the first" };

        var followed = MovedImages.Follow(Plan(first), Domain(("vda", ["/over", "/a"])));

        Assert.Equal("the first", Assert.Single(followed.Disks).Reason);
        Assert.Equal(2, followed.Disks[0].Disk.Layers.Count);
    }

    private static DomainXml Domain(params (string Target, string[] Devices)[] disks) => DomainXml.Parse(
        "<domain type='kvm'><name>web</name><devices>"
        + string.Concat(disks.Select(disk =>
            $"<disk type='block' device='disk'><driver name='qemu' type='qcow2'/><source dev='{disk.Devices[0]}'/>"
            + string.Concat(disk.Devices.Skip(1).Select(device =>
                $"<backingStore type='block'><format type='qcow2'/><source dev='{device}'/></backingStore>"))
            + $"<target dev='{disk.Target}' bus='virtio'/></disk>"))
        + "</devices></domain>");

    private static DiskPlan Incremental(string target, params string[] devices)
    {
        var disk = Domain((target, devices)).Disks[0];
        var then = TestPoints.Make(Guid.NewGuid(), 1, BackupLevel.Full, null).Disks[0] with { Name = target };
        return new DiskPlan
        {
            Disk = new SelectedDisk { Disk = disk, Untrackable = null, Layers = DiskLayers.Of(disk) },
            Level = BackupLevel.Incremental,
            Reason = null,
            Parent = then,
            BuriedImage = new DiskLayer("/below", null),
        };
    }

    private static BackupPlan Plan(params DiskPlan[] disks) => new()
    {
        Level = BackupLevel.Incremental,
        Reason = null,
        Base = null,
        Generation = 1,
        Sequence = 2,
        NewCheckpoint = null,
        KeptCheckpoints = [],
        Disks = disks,
    };
}
