using System.Globalization;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Integration.Tests.Restores;
using LibvirtBackup.Pushes;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Pushes;

/// <summary>Pushes to block devices: loop devices, by nodes where QEMU of the lab sees them too.</summary>
public sealed class PushDeviceTests
{
    private const long Size = 8 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_device_gets_the_disk_whole_each_time_and_the_points_before_tell_that_theirs_is_gone()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size), new LabDisk(4 * Units.MiB));
        await using var exact = await LoopDevice.AttachAsync(scene.Guest.Directory, Size, Token);
        await using var larger = await LoopDevice.AttachAsync(scene.Guest.Directory, 2 * Size, Token);
        await using var smaller = await LoopDevice.AttachAsync(scene.Guest.Directory, Size / 8, Token);
        var io = new QemuIo(scene.Guest);
        await io.PaintAsync("vda", 0, 3, 1, Token);
        await io.PaintAsync("vdb", 0, 1, 2, Token);
        foreach (var (format, device, unfit) in new[]
        {
            (DiskFormat.Raw, exact, larger), (DiskFormat.Qcow2, larger, smaller),
        })
        {
            var set = new PushScene(scene, $"on-{format}");
            await AssertRefusedAsync(set, format, await NodeOfAsync(scene, unfit), "; nothing was begun");
            var node = await NodeOfAsync(scene, device);
            await device.FillAsync(0, 4096, Token);
            await AssertRefusedAsync(set, format, node, "holds something already");
            Assert.Empty(set.Entries);

            var first = await AssertPushedAsync(scene, set, format, node, overwrite: true);
            await io.FillAsync("vda", Units.MiB, 4096, 0x44, Token);
            await io.DiscardAsync("vda", 2 * Units.MiB, Units.MiB, Token);
            await io.FillAsync("vdb", 2 * Units.MiB, 4096, 0x45, Token);
            // Its own is written without being asked.
            var second = await AssertPushedAsync(scene, set, format, node, overwrite: false);
            Assert.Equal(BackupLevel.Incremental, second.Disks[1].Level);
            var manifest = Path.Combine(first.Directory, "manifest.json");
            Assert.Contains($"\"overwrittenBy\": \"{second.Point}\"", await File.ReadAllTextAsync(manifest, Token));
        }

        await scene.AssertNothingLeftAsync();
    }

    private static async Task<PushReport> AssertPushedAsync(
        BackupScene scene, PushScene set, DiskFormat format, string node, bool overwrite)
    {
        var oracle = await scene.CaptureOracleAsync();
        var report = await set.PushOnlyAsync(request => ToDevice(request, format, node) with { Overwrite = overwrite });

        Assert.Equal((BackupLevel.Full, node), (report.Disks[0].Level, report.Disks[0].Path));
        foreach (var disk in report.Disks)
            await PushScene.RequireSameAsync(
                disk.Path, disk.Format, oracle[disk.Name], report.Point, Path.Combine(set.Directory, "read"));
        return report;
    }

    private static async Task AssertRefusedAsync(PushScene set, DiskFormat format, string node, string text)
    {
        var failure = await Assert.ThrowsAsync<BackupException>(
            () => set.PushOnlyAsync(request => ToDevice(request, format, node)));
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
    }

    private static PushRequest ToDevice(PushRequest request, DiskFormat format, string node) =>
        request with { Format = format, Targets = new Dictionary<string, string> { ["vda"] = node } };

    private static async Task<string> NodeOfAsync(BackupScene scene, LoopDevice device)
    {
        var numbers = (await Tool.RunAsync("stat", ["--format=%t %T", device.Path], Token)).Value.Trim().Split(' ')
            .Select(hex => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToList();
        var node = Path.Combine(scene.Guest.Directory, Path.GetFileName(device.Path));
        if (!File.Exists(node))
            _ = (await Tool.RunAsync("mknod", [node, "b", $"{numbers[0]}", $"{numbers[1]}"], Token)).Value;
        return node;
    }
}
