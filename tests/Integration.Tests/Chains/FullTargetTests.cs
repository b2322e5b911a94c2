using LibvirtBackup.Backups;
using LibvirtBackup.BlockJobs;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>Commits into an image whose storage is full.</summary>
[Collection(Serial)]
public sealed class FullTargetTests
{
    /// <summary>Tests that fill up the small storage of a host: one at a time.</summary>
    internal const string Serial = "Small storage";

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_commit_into_an_image_without_room_harms_no_point(string suite)
    {
        await using var scene = await ChainScene.StartAsync(
            await LabHost.ForAsync(suite), new Random(5), isOnSmallStorage: true);
        await scene.BackUpAsync();
        await scene.SnapshotByVirshAsync("over");
        await new QemuIo(scene.Guest).FillAsync(ChainScene.Disk, 0, 6 * Units.MiB, 7, Token);
        await scene.BackUpAsync();

        await FailAsync(scene, scene.Commit());
        await BackUpAsync(scene);
        await scene.SnapshotByVirshAsync("top");
        var middle = (await scene.ListImagesAsync())[1];
        await FailAsync(scene, scene.Commit(middle));
        await BackUpAsync(scene);

        await scene.RunAsync(scene.Commit(middle));
        await BackUpAsync(scene);
        await scene.RunAsync(scene.Commit());
        await BackUpAsync(scene);
        Assert.Single(await scene.ListImagesAsync());
        await scene.Backups.VerifyAllAsync();
        await scene.Backups.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_commit_that_finds_room_for_its_data_and_none_for_bitmaps_says_so()
    {
        await using var scene = await ChainScene.StartAsync(
            await LabHost.ForAsync("bookworm"), new Random(5), isOnSmallStorage: true);
        var io = new QemuIo(scene.Guest);
        await scene.BackUpAsync();
        // All data has its place in the base already.
        await io.FillAsync(ChainScene.Disk, 0, 8 * Units.MiB, 7, Token);
        await scene.SnapshotByVirshAsync("middle");
        await io.FillAsync(ChainScene.Disk, 0, 4 * Units.MiB, 8, Token);
        await scene.SnapshotByVirshAsync("top");
        using (SmallStorage.Fill(scene.Guest.Host, 0))
        {
            var report = await scene.RunAsync(scene.Commit((await scene.ListImagesAsync())[1]));

            Assert.Contains(
                report.Warnings, line => line.Contains("cannot be written to it (no room?)", StringComparison.Ordinal));
            Assert.All(report.Checkpoints, checkpoint => Assert.True(checkpoint.IsKept));
            await scene.VirshAsync("destroy");
        }

        Assert.Equal(BackupLevel.Full, (await scene.BackUpAsync()).Disks[0].Level);
        await BackUpAsync(scene);
        await scene.Backups.VerifyAllAsync();
    }

    private static async Task FailAsync(ChainScene scene, BlockJobRequest commit)
    {
        var images = await scene.ListImagesAsync();
        using var full = SmallStorage.Fill(scene.Guest.Host, Units.MiB);

        var failure = await Assert.ThrowsAsync<BackupException>(() => scene.RunAsync(commit));

        Assert.Equal(FailureKind.Failed, failure.Kind);
        Assert.Contains("failed: No space left on device; the guest goes on with the same data, and all checkpoints "
            + $"with theirs; see whether '{images[^1]}'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Equal(images, await scene.ListImagesAsync());
        Assert.Equal("", await scene.VirshAsync("blockjob", ChainScene.Disk));
        Assert.Equal("paused (user)", await scene.VirshAsync("domstate", "--reason"));
    }

    private static async Task BackUpAsync(ChainScene scene) =>
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Disks[0].Level);
}
