using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Restores;

/// <summary>Restores to block devices.</summary>
public sealed class DeviceRestoreTests
{
    private const long Size = 16 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_device_gets_a_disk_and_is_refused_where_it_is_small_in_use_or_not_empty()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size), new LabDisk(Size));
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 2 * Units.MiB, seed: 1, Token);
        await new QemuIo(scene.Guest).WriteAsync("vda", 5 * Units.MiB, Units.MiB, seed: 2, Token);
        await new QemuIo(scene.Guest).ZeroAsync("vda", 5 * Units.MiB, 256 * Units.KiB, Token);
        var oracle = await scene.CaptureOracleAsync();
        var point = await scene.BackUpOnlyAsync();
        await using var small = await LoopDevice.AttachAsync(scene.Guest.Directory, Size - Units.MiB, Token);
        await using var device = await LoopDevice.AttachAsync(scene.Guest.Directory, Size + Units.MiB, Token);

        await AssertRefusedAsync(scene, point.Point, small.Path, "use a larger device");
        // Old content where the point has holes and zeroes, behind an empty beginning.
        await device.FillAsync(2 * Units.MiB, Size - (2 * Units.MiB), Token);
        var first = await RestoreAsync(scene, point.Point, device.Path, overwrite: false);
        Assert.Equal(DiskFormat.Raw, first.Format);
        Assert.Null(await CompareAsync(oracle["vda"], device.Path));

        await AssertRefusedAsync(scene, point.Point, device.Path, "is not empty");
        await device.FillAsync(Units.MiB, 4096, Token);
        var second = await RestoreAsync(scene, point.Point, device.Path, overwrite: true);
        Assert.Equal(64 * Units.KiB, second.WrittenBytes);
        Assert.Null(await CompareAsync(oracle["vda"], device.Path));

        _ = (await Tool.RunAsync("mke2fs", ["-q", device.Path], Token)).Value;
        var mount = Directory.CreateDirectory(Path.Combine(scene.Guest.Directory, "mnt")).FullName;
        _ = (await Tool.RunAsync("mount", [device.Path, mount], Token)).Value;
        try
        {
            await AssertRefusedAsync(scene, point.Point, device.Path, "is in use", overwrite: true);
        }
        finally
        {
            _ = (await Tool.RunAsync("umount", [mount], CancellationToken.None)).Value;
        }
    }

    private static async Task<RestoredDisk> RestoreAsync(
        BackupScene scene, string point, string device, bool overwrite)
    {
        var request = new RestoreRequest
        {
            Point = point,
            Disks = ["vda"],
            Targets = new Dictionary<string, string> { ["vda"] = device },
            Overwrite = overwrite,
        };
        return Assert.Single((await new RestoreEngine().RestoreAsync(scene.Repository, request, null, Token)).Disks);
    }

    private static async Task AssertRefusedAsync(
        BackupScene scene, string point, string device, string text, bool overwrite = false)
    {
        var e = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(scene, point, device, overwrite));
        Assert.Contains(text, e.Message, StringComparison.Ordinal);
    }

    /// <summary>The device is longer than the disk: only the disk's bytes count.</summary>
    private static async Task<long?> CompareAsync(string expected, string device)
    {
        var copy = expected + ".device";
        _ = (await Tool.RunAsync(
            "dd", [$"if={device}", $"of={copy}", "bs=1M", $"count={Size / Units.MiB}", "status=none"], Token)).Value;
        return await DiskOracle.CompareRawAsync(expected, copy, Token);
    }
}
