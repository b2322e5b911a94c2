using System.Xml.Linq;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>
/// A pull that ends while libvirtd is dead, in a QEMU that ends before it is back: nobody adds the bitmap of the pulled
/// image to that of the image above, and QEMU marks nothing when it copies.
/// </summary>
public sealed class LostPullTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bookworm")]
    public async Task What_was_pulled_while_libvirtd_was_dead_is_in_the_next_point(string suite)
    {
        await using var host = await LabHost.StartPrivateAsync(suite);
        await using var scene = await ChainScene.StartAsync(host, new Random(1), 64 * Units.MiB);
        var io = new QemuIo(scene.Guest);
        await io.FillAsync(ChainScene.Disk, 0, 40 * Units.MiB, 1, Token);
        await scene.Backups.BackUpAsync();
        await scene.SnapshotByVirshAsync("lower");
        await io.FillAsync(ChainScene.Disk, 5 * Units.MiB, 64 * Units.KiB, 2, Token);
        // Written again as it was: it makes the pull slow, and no sample finds it.
        await io.FillAsync(ChainScene.Disk, 10 * Units.MiB, 2 * Units.MiB, 1, Token);
        await scene.SnapshotByVirshAsync("upper");
        await io.FillAsync(ChainScene.Disk, 20 * Units.MiB, 64 * Units.KiB, 3, Token);

        await PullWithoutLibvirtdAsync(scene);
        // Then libvirt asks the images for what is behind them.
        var definition = XDocument.Parse(await scene.VirshAsync("dumpxml", "--inactive"));
        definition.Descendants("backingStore").Remove();
        var path = Path.Combine(scene.Guest.Directory, "again.xml");
        await File.WriteAllTextAsync(path, definition.ToString(), Token);
        await host.Virsh.RunAsync(Token, "define", path);

        await scene.Backups.BackUpAsync();
        await scene.Guest.StartPausedAsync(Token);
        var report = await scene.Backups.BackUpAsync();
        output.WriteLine($"{report.Level}, read {report.Disks[0].ReadBytes}: {string.Join("; ", report.Warnings)}");
        Assert.Equal(BackupLevel.Incremental, report.Disks[0].Level);
        await scene.Backups.VerifyAllAsync();
    }

    private static async Task PullWithoutLibvirtdAsync(ChainScene scene)
    {
        var (guest, host) = (scene.Guest, scene.Guest.Host);
        var images = await scene.ListImagesAsync();
        await scene.VirshAsync("blockpull", ChainScene.Disk, "--base", images[2], "--bandwidth", "1");
        var qemu = await host.QemuPidAsync(guest.Name, Token);
        await host.KillLibvirtdAsync(Token);
        using (var monitor = await QemuMonitor.OpenAsync(guest, Token)) await monitor.WaitForJobsAsync(Token);
        _ = (await Tool.RunAsync("kill", ["-TERM", $"{qemu}"], Token)).Value;
        while (await host.QemuPidAsync(guest.Name, Token) is not null) await Task.Delay(20, Token);
        await host.RestartLibvirtdAsync(Token);
        await scene.Backups.ReconnectAsync();
    }
}
