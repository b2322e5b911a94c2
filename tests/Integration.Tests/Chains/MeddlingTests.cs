using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>What others do to images and checkpoints while a backup is at work.</summary>
public sealed class MeddlingTests
{
    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Images_that_are_moved_between_the_plan_and_the_job_are_read_whole(string suite)
    {
        await using var scene = await ChainScene.StartAsync(await LabHost.ForAsync(suite), new Random(3));
        await scene.BackUpAsync();
        await MeddleAsync(scene, () => scene.SnapshotByVirshAsync("one"));
        await MeddleAsync(scene, () => scene.VirshAsync("blockpull", ChainScene.Disk, "--wait"));
        await scene.SnapshotByVirshAsync("two");
        await scene.BackUpAsync();
        await MeddleAsync(
            scene, () => scene.VirshAsync("blockcommit", ChainScene.Disk, "--active", "--pivot", "--wait"));
        await scene.Backups.VerifyAllAsync();
        await scene.Backups.AssertNothingLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task What_libvirt_does_not_refuse_during_a_backup_is_noticed_and_looked_at_when_it_ends(string suite)
    {
        var disk = new LabDisk(8 * Units.MiB);
        await using var scene = await BackupScene.StartPausedAsync(await LabHost.ForAsync(suite), disk, disk);
        var (virsh, name, io) = (scene.Guest.Host.Virsh, scene.Guest.Name, new QemuIo(scene.Guest));
        await scene.BackUpAsync();
        await virsh.RunAsync(
            Token, "snapshot-create-as", name, "one", "--disk-only", "--diskspec", "vda,snapshot=no",
            "--diskspec", $"vdb,file={Path.Combine(scene.Guest.Directory, "over")}");
        await io.PaintAsync("vda", 0, 4, seed: 3, Token);
        await io.FillAsync("vdb", 0, Units.MiB, 5, Token);
        var definition = Path.Combine(scene.Guest.Directory, "again.xml");
        await File.WriteAllTextAsync(definition, await virsh.RunAsync(Token, "dumpxml", name, "--inactive"), Token);

        var report = await scene.BackUpWhileAsync(
            async () =>
            {
                await virsh.RunAsync(Token, "blockcommit", name, "vdb", "--active", "--pivot", "--wait");
                // libvirt forgets all checkpoints.
                await virsh.RunAsync(
                    Token, "undefine", name, "--checkpoints-metadata", "--snapshots-metadata");
                await virsh.RunAsync(Token, "define", definition);
            },
            request => Slowly(request) with { Disks = ["vda"], Track = "one" });

        var noticed = Assert.Single(
            report.Warnings, line => line.StartsWith("while the backup ran", StringComparison.Ordinal));
        Assert.Contains("(ActiveCommit) of disk 'vdb' was completed", noticed, StringComparison.Ordinal);
        Assert.Contains("the domain was undefined", noticed, StringComparison.Ordinal);
        var checkpoints = await virsh.RunAsync(Token, "checkpoint-list", name, "--name");
        Assert.Contains(report.Checkpoint!, checkpoints, StringComparison.Ordinal);

        var next = await scene.BackUpAsync();
        Assert.All(next.Disks, one => Assert.Equal(BackupLevel.Incremental, one.Level));
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_backup_whose_job_somebody_ends_says_so_and_the_next_one_covers_the_gap()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("forky"), new LabDisk(8 * Units.MiB));
        var (virsh, name, io) = (scene.Guest.Host.Virsh, scene.Guest.Name, new QemuIo(scene.Guest));
        await scene.BackUpAsync();
        await io.PaintAsync("vda", 0, 4, seed: 3, Token);

        var failure = await Assert.ThrowsAsync<BackupException>(() => scene.BackUpWhileAsync(
            () => virsh.RunAsync(Token, "blockjob", name, "vda", "--abort"), Slowly));

        Assert.Contains("somebody has ended libvirt's backup job", failure.Message, StringComparison.Ordinal);
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Level);
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    private static BackupRequest Slowly(BackupRequest request) =>
        request with { RateLimitBytesPerSecond = 2 * Units.MiB };

    /// <summary>Does something when a backup has made its plan, and its call of libvirt is on the way.</summary>
    private static async Task MeddleAsync(ChainScene scene, Func<Task> meddle)
    {
        await scene.WriteAsync();
        var oracle = await scene.Backups.CaptureOracleAsync();
        var directory = Directory.CreateTempSubdirectory("lvb-relay");
        await using var relay = LibvirtRelay.Start(scene.Guest.Host, directory.FullName);
        await using var connection = await LibvirtConnection.OpenAsync(relay.ConnectionUri, cancellationToken: Token);
        var backup = scene.Backups.BackUpOverAsync(connection);
        Assert.Same(relay.Held, await Task.WhenAny(relay.Held, backup));
        await meddle();
        relay.LetGo();

        var report = await backup;
        scene.Backups.Keep(report.Point, "meddled with", oracle);
        Assert.Equal(BackupLevel.Full, report.Disks[0].Level);
        Assert.Contains(
            "vda' is read in full: its images were changed by somebody while the backup began",
            string.Concat(report.Warnings), StringComparison.Ordinal);
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Disks[0].Level);
        directory.Delete(recursive: true);
    }
}
