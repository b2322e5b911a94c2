using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Planning;

public sealed class ImageMatchTests
{
    private static readonly DiskLayer s_a = new("/a", "1");
    private static readonly DiskLayer s_b = new("/b", "2");
    private static readonly DiskLayer s_snapshot = new("/snapshot", "3");

    [Fact]
    public void The_same_image_keeps_its_bitmap() => Assert.Null(Why("vda", [s_a]));

    [Fact]
    public void A_snapshot_or_a_commit_between_keeps_the_bitmap()
    {
        Assert.Null(Why("vda", [s_snapshot, s_a]));
        Assert.Null(ImageMatch.WhyOther(Disk("vda", [s_a]), Point(("vda", [s_snapshot, s_a])), null));
    }

    [Fact]
    public void An_image_of_another_disk_is_told_by_that_disk_s_name()
    {
        Assert.Equal("its image was that of disk 'vdb' at the base point", Why("vda", [s_b]));
        Assert.Equal("its image was that of disk 'vdb' at the base point", Why("vdz", [s_b]));
    }

    [Fact]
    public void Another_image_or_another_file_under_the_same_name_is_not_the_disk()
    {
        Assert.Equal("it was in '/a' at the base point and is in '/new'", Why("vda", [new("/new", "9")]));
        Assert.Equal("'/a' is not the same file as at the base point", Why("vda", [new("/a", "9")]));
        Assert.Equal("'/a' is not the same file as at the base point", Why("vda", [new("/a", null)]));
        Assert.Equal("the base point does not have this disk", Why("vdz", [new("/new", "9")]));
    }

    [Fact]
    public void What_is_not_known_is_not_the_same()
    {
        Assert.Equal("its storage does not tell which image it is", Why("vda", []));
        Assert.Equal(
            "the base point does not tell which image it was in",
            ImageMatch.WhyOther(Disk("vda", [s_a]), Point(("vda", null)), null));
    }

    [Fact]
    public void A_layer_that_two_disks_shared_proves_nothing()
    {
        var golden = new DiskLayer("/golden", "7");
        var point = Point(("vda", [s_a, golden]), ("vdb", [s_b, golden]));
        Assert.Equal(
            "'/golden' was part of several disks at the base point",
            ImageMatch.WhyOther(Disk("vdb", [golden]), point, null));
        Assert.Null(ImageMatch.WhyOther(Disk("vdb", [s_b, golden]), point, null));
        Assert.NotNull(ImageMatch.WhyOther(Disk("vda", [s_b, golden]), point, null));
    }

    [Fact]
    public void After_a_restore_only_the_restored_image_has_the_bitmap()
    {
        var restored = new DiskLayer("/restored", null);
        var seeds = SeededImages.Read("lvbackup: restored; " + SeededImages.Write(
            [new DomainDisk { Target = DiskName.Parse("vda"), Source = new FileDiskSource { Path = "/restored" } }]));
        Assert.Null(ImageMatch.WhyOther(Disk("vda", [restored]), Base, seeds["vda"]));
        Assert.Null(ImageMatch.WhyOther(Disk("vda", [s_snapshot, restored]), Base, seeds["vda"]));
        Assert.Equal(
            "'/a' is not the image that was restored", ImageMatch.WhyOther(Disk("vda", [s_a]), Base, seeds["vda"]));
        Assert.Empty(SeededImages.Read("lvbackup: delete it only through lvbackup"));
    }

    [Fact]
    public void An_image_that_lies_behind_others_now_is_told()
    {
        Assert.Null(ImageMatch.FindBuried(Disk("vda", [s_a]), Base, null));
        Assert.Equal(s_a, ImageMatch.FindBuried(Disk("vda", [s_snapshot, s_a]), Base, null));
        Assert.Null(ImageMatch.FindBuried(Disk("vda", [s_a, s_b]), Point(("vda", [s_snapshot, s_a])), null));
        var seed = DiskLayers.Fingerprint(s_b);
        Assert.Equal(s_b, ImageMatch.FindBuried(Disk("vda", [s_snapshot, s_b]), Base, seed));
        Assert.Null(ImageMatch.FindBuried(Disk("vda", [s_b, s_a]), Base, seed));
    }

    [Fact]
    public void Of_another_host_an_image_may_be_any_disk_s_unless_it_is_told_which_file_it_is()
    {
        var unknown = new DiskLayer("/a", null);
        var elsewhere = Disk("vda", [unknown]) with
        {
            Disk = new DomainDisk { Target = DiskName.Parse("vda"), Elsewhere = [] },
        };
        Assert.Contains(
            "could be that of another disk",
            ImageMatch.WhyOther(elsewhere, Point(("vda", [unknown]), ("vdb", [new("/b", null)])), null));
        Assert.Null(ImageMatch.WhyOther(elsewhere, Point(("vda", [unknown])), null));
        Assert.Null(ImageMatch.WhyOther(
            elsewhere with { Layers = [s_a] }, Point(("vda", [s_a]), ("vdb", [s_b])), null));
    }

    private static RestorePoint Base => Point(("vda", [s_a]), ("vdb", [s_b]));

    private static string? Why(string name, DiskLayer[] layers) => ImageMatch.WhyOther(Disk(name, layers), Base, null);

    private static SelectedDisk Disk(string name, DiskLayer[] layers) => new()
    {
        Disk = new DomainDisk { Target = DiskName.Parse(name) },
        Untrackable = null,
        Layers = layers,
    };

    private static RestorePoint Point(params (string Name, DiskLayer[]? Layers)[] disks) =>
        TestPoints.Make(Guid.Empty, 1, BackupLevel.Full, "c") with
        {
            Disks = [.. disks.Select(disk => TestPoints.Disk(disk.Name) with { Layers = disk.Layers })],
        };
}
