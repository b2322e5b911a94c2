using System.Text.Json;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Cli.BlockJobs;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Snapshots;
using LibvirtBackup.Cli.Tests.Support;
using LibvirtBackup.Snapshots;

namespace LibvirtBackup.Cli.Tests.BlockJobs;

public sealed class BlockJobCommandTests
{
    private static readonly CheckpointAfterJob[] s_checkpoints =
        [new("monday", "vda", 65536, 131072), new("lost", "vda", 65536, null), new("broken", "vda", null, null)];

    [Fact]
    public void What_was_done_is_told()
    {
        var report = new BlockJobReport
        {
            Domain = "web",
            Disk = "vda",
            Images = ["/images/web.qcow2"],
            Checkpoints = s_checkpoints,
            CarriedBitmaps = ["paused"],
            Warnings = ["checkpoint 'lost' is of no use on disk 'vda' any more: the next backup reads the disk whole"],
        };
        Golden.Equal("json/blockcommit.json",
            JsonSerializer.Serialize(
                BlockJobDocument.Of("blockcommit", report), CliJson.Documents.BlockJobDocument) + "\n");
        var snapshot = new SnapshotReport
        {
            Domain = "web",
            Snapshot = "monday",
            Checkpoint = "monday",
            Paused = TimeSpan.FromMilliseconds(125),
            SameInstant = true,
            Checkpoints = s_checkpoints[..1],
            Warnings = [],
        };
        Golden.Equal("json/snapshot-checkpoint.json",
            JsonSerializer.Serialize(
                SnapshotDocument.Of("snapshot-checkpoint", snapshot), CliJson.Documents.SnapshotDocument) + "\n");
    }

    [Fact]
    public void Disks_are_written_as_virsh_writes_them()
    {
        var disks = SnapshotDisks.Parse(["vda,snapshot=external,file=/images/new", "vdb"]);
        Assert.Equal(("/images/new", null), (disks["vda"], disks["vdb"]));
        Assert.Equal(
            FailureKind.Usage,
            Assert.Throws<BackupException>(() => SnapshotDisks.Parse(["vda,snapshot=internal"])).Kind);
    }

    [Theory]
    [InlineData("blockcommit web", "disk")]
    [InlineData("blockcopy web vda", "destination")]
    [InlineData("blockcopy web vda /new --format vmdk", "vmdk")]
    [InlineData("blockpull web vda --limit-rate much", "much")]
    [InlineData("snapshot-create-as web", "name")]
    [InlineData("snapshot-revert web one --running --paused", "--paused")]
    [InlineData("snapshot-checkpoint web one --diskspec vda,file", "vda,file")]
    [InlineData("snapshot-checkpoint web one --pause-limit 1h", "10 minutes")]
    [InlineData("snapshot-checkpoint web one --checkpoint libvirt-tmp-x", "choose another")]
    public async Task What_is_missing_or_wrong_is_said(string line, string what)
    {
        var result = await CliHost.RunAsync([.. line.Split(' '), "-c", "test:///default"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blockpull test vda")]
    [InlineData("snapshot-checkpoint test one")]
    public async Task A_driver_without_all_that_is_told_apart(string line)
    {
        var result = await CliHost.RunAsync([.. line.Split(' '), "-c", "test:///default"]);
        Assert.Equal(6, result.ExitCode);
    }
}
