using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>Block jobs that end half-way: every point before and after is right.</summary>
public sealed class BrokenJobTests
{
    /// <summary>Slow enough to be met half-way.</summary>
    private const long Slowly = 256 * Units.KiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("trixie")]
    public async Task A_job_that_is_aborted_or_loses_libvirtd_or_QEMU_harms_no_point(string suite)
    {
        await using var host = await LabHost.StartPrivateAsync(suite);
        await using var scene = await ChainScene.StartAsync(host, new Random(2));
        await scene.BackUpAsync();
        await LayersAsync(scene);

        await BreakAsync(scene, () => scene.VirshAsync("blockjob", ChainScene.Disk, "--abort"));
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Disks[0].Level);

        await BreakAsync(scene, async () =>
        {
            await host.KillLibvirtdAsync(Token);
            await host.RestartLibvirtdAsync(Token);
        });
        await scene.Backups.ReconnectAsync();
        // Our end of the line has gone; libvirt goes on with the job, and merges when it ends.
        await scene.VirshAsync("blockjob", ChainScene.Disk, "--bandwidth", "0");
        while (await scene.VirshAsync("blockjob", ChainScene.Disk) is not "") await Task.Delay(50, Token);
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Disks[0].Level);

        await LayersAsync(scene);
        await BreakAsync(scene, () => host.KillQemuAsync(scene.Guest.Name, Token));
        Assert.Equal(BackupLevel.Full, (await scene.BackUpAsync()).Disks[0].Level);

        await scene.Backups.VerifyAllAsync();
        await scene.Backups.AssertNothingLeftAsync();
    }

    private static async Task LayersAsync(ChainScene scene)
    {
        for (var i = 0; i < 2; i++)
        {
            await scene.WriteAsync();
            await new QemuIo(scene.Guest).FillAsync(ChainScene.Disk, 0, 2 * Units.MiB, (byte)(10 + i), Token);
            await scene.SnapshotByVirshAsync($"layer{Guid.NewGuid():N}");
        }
    }

    /// <summary>Begins to merge middle images, and ends that half-way.</summary>
    private static async Task BreakAsync(ChainScene scene, Func<Task> blow)
    {
        var images = await scene.ListImagesAsync();
        var job = scene.RunAsync(scene.Commit(images[1], images[^1]) with { BytesPerSecond = Slowly });
        while (await scene.VirshAsync("blockjob", ChainScene.Disk) is "" && !job.IsCompleted)
            await Task.Delay(10, Token);
        await blow();
        await Assert.ThrowsAsync<BackupException>(() => job);
    }
}
