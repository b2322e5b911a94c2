using System.Xml.Linq;
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

    [Theory]
    [InlineData("bookworm")]
    public async Task A_commit_into_an_image_without_room_harms_no_point(string suite)
    {
        await using var scene = await ChainScene.StartAsync(await LabHost.ForAsync(suite), new Random(5));
        await LimitAsync(scene, 3 * Units.MiB);
        await scene.BackUpAsync();
        await scene.SnapshotByVirshAsync("over");
        await new QemuIo(scene.Guest).FillAsync(ChainScene.Disk, 0, 6 * Units.MiB, 7, Token);
        await scene.BackUpAsync();

        var failure = await Assert.ThrowsAsync<BackupException>(() => scene.RunAsync(scene.Commit()));
        Assert.Contains("whether the receiving image has room", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await scene.ListImagesAsync()).Count);
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Disks[0].Level);
        await scene.RunAsync(scene.Pull());
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Disks[0].Level);
        await scene.Backups.VerifyAllAsync();
    }

    /// <summary>The image has this much room on its storage, as if that were full.</summary>
    private static async Task LimitAsync(ChainScene scene, long bytes)
    {
        await scene.VirshAsync("destroy");
        var definition = XDocument.Parse(await scene.VirshAsync("dumpxml", "--inactive"));
        // QEMU wants all of it to be there.
        using (var image = File.OpenHandle((await scene.ListImagesAsync())[0], access: FileAccess.Write))
            RandomAccess.SetLength(image, bytes);
        var slice = new XElement("slice", new XAttribute("type", "storage"), new XAttribute("offset", 0));
        slice.SetAttributeValue("size", bytes);
        definition.Descendants("disk").Single().Element("source")!.Add(new XElement("slices", slice));
        var path = Path.Combine(scene.Guest.Directory, "limited.xml");
        await File.WriteAllTextAsync(path, definition.ToString(), Token);
        await scene.Guest.Host.Virsh.RunAsync(Token, "define", path);
        await scene.Guest.StartPausedAsync(Token);
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
