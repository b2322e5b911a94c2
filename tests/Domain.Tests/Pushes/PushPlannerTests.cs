using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Pushes;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Pushes;

public sealed class PushPlannerTests
{
    private static readonly DiskLayer s_image = new("/web.qcow2", "1");
    private static readonly Dictionary<string, long> s_sizes = new() { ["vda"] = Units.MiB };

    private static readonly PushRequest s_request = new() { Domain = "web", Directory = "/set" };

    [Fact]
    public void What_has_an_image_to_lie_over_stays_incremental()
    {
        Assert.Null(WhyFull(s_request));
        Assert.Null(WhyFull(s_request with { Format = DiskFormat.Raw }, format: "raw"));
        Assert.Null(WhyFull(s_request, format: "raw")); // qcow2 over raw
    }

    [Fact]
    public void What_has_none_is_written_whole_and_says_why()
    {
        Assert.Contains("a raw one is asked for", WhyFull(s_request with { Format = DiskFormat.Raw }),
            StringComparison.Ordinal);
        Assert.Equal("its size has changed", WhyFull(s_request, size: 2 * Units.MiB));
        Assert.Equal("its images are others than then", WhyFull(s_request, new DiskLayer("/snapshot", "2")));
        Assert.Equal("the disk of point '000001-full' is on a device", WhyFull(s_request, file: "/dev/sdz"));
        var targets = new Dictionary<string, string> { ["vda"] = "/dev/sdz" };
        Assert.Equal(
            "a device is written whole each time", WhyFull(s_request with { Targets = targets }));
    }

    [Fact]
    public void Where_no_disk_can_be_one_an_incremental_is_refused()
    {
        var failure = Assert.Throws<BackupException>(
            () => WhyFull(s_request with { Level = BackupLevel.Incremental }, size: 2 * Units.MiB));
        Assert.Equal(FailureKind.NotSupported, failure.Kind);
    }

    private static string? WhyFull(
        PushRequest request, DiskLayer? layer = null, long size = Units.MiB, string format = "qcow2",
        string file = "vda.img")
    {
        var point = Point(file, format, size);
        var disk = DomainXml.Parse(
            "<domain type='qemu'><name>web</name><devices><disk type='file' device='disk'><driver type='qcow2'/>"
            + "<source file='/web.qcow2'/><target dev='vda'/></disk></devices></domain>").Disks[0];
        var stored = point.ToRestorePoint();
        var plan = new BackupPlan
        {
            Level = BackupLevel.Incremental,
            Reason = null,
            Base = stored,
            Generation = 1,
            Sequence = 2,
            NewCheckpoint = "lvb.0123abcd.images.1.2.00ff9a",
            KeptCheckpoints = [],
            Disks =
            [
                new DiskPlan
                {
                    Disk = new SelectedDisk { Disk = disk, Untrackable = null, Layers = [layer ?? s_image] },
                    Level = BackupLevel.Incremental,
                    Reason = null,
                    Parent = stored.Disks[0],
                },
            ],
        };
        var limited = PushPlanner.Limit(plan, request, [point], s_sizes);
        Assert.Equal(limited.Disks[0].Parent is null, limited.Base is null);
        Assert.Equal(limited.Base is null ? 2 : 1, limited.Generation);
        return limited.Disks[0].Reason;
    }

    private static ImagePoint Point(string file, string format, long size) => new()
    {
        Schema = ImagePoint.CurrentSchema,
        Id = "000001-full",
        Set = "0123abcd",
        Origin = "push",
        Domain = "web",
        DomainUuid = Guid.Empty,
        Generation = 1,
        Sequence = 1,
        Level = BackupLevel.Full,
        Reason = null,
        Time = DateTimeOffset.UnixEpoch,
        Parent = null,
        Checkpoint = "lvb.0123abcd.images.1.1.00ff9a",
        Quiesced = false,
        DefinitionSha256 = "",
        Disks =
        [
            new ImagePointDisk
            {
                Name = "vda",
                File = file,
                Format = format,
                VirtualSizeBytes = size,
                Level = BackupLevel.Full,
                Reason = null,
                BackingFile = null,
                BackingFormat = null,
                SourceFormat = "qcow2",
                Layers = [s_image],
            },
        ],
        Warnings = [],
        MadeBy = "test",
    };
}
