using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Restores;

/// <summary>Restores whose process is killed: nothing half-restored looks whole, the next run completes it.</summary>
public sealed class KilledRestoreTests(ITestOutputHelper output)
{
    private const long Size = 64 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task A_restore_that_was_killed_left_no_disk_or_a_whole_one_and_can_be_run_again(string format)
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 24 * Units.MiB, seed: 1, Token);
        var oracle = (await scene.CaptureOracleAsync())["vda"];
        var point = (await scene.BackUpOnlyAsync()).Point;
        var directory = Directory.CreateDirectory(Path.Combine(scene.Guest.Directory, "restored")).FullName;
        var disk = Path.Combine(directory, $"vda.{format}");
        string[] restore = ["restore", point, "--to", directory, "--format", format];

        await KillWhenAsync(scene, directory, $"vda.{format}.partial", restore);
        output.WriteLine(File.Exists(disk) ? "it was faster than the kill" : "killed in time");
        if (File.Exists(disk)) await AssertSameAsync(oracle, disk, format);
        await LvbackupProcess.RunAsync(scene, [.. restore, "--overwrite"]);
        await AssertSameAsync(oracle, disk, format);
        Assert.Equal([disk], Directory.EnumerateFiles(directory));

        // In place: everything differs.
        _ = (await Tool.RunAsync(
            "qemu-io", ["-f", format, "-c", "write -q -P 7 0 64M", disk], Token)).Value;
        await KillWhenAsync(scene, directory, $"vda.{format}.incomplete", [.. restore, "--overwrite"]);
        output.WriteLine(File.Exists(disk + ".incomplete") ? "killed in time" : "it was faster than the kill");
        if (!File.Exists(disk + ".incomplete")) await AssertSameAsync(oracle, disk, format);
        await LvbackupProcess.RunAsync(scene, [.. restore, "--overwrite"]);
        await AssertSameAsync(oracle, disk, format);
        Assert.Equal([disk], Directory.EnumerateFiles(directory));
    }

    private static async Task KillWhenAsync(BackupScene scene, string directory, string name, string[] arguments)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(directory, name);
        watcher.Created += (_, _) => seen.TrySetResult();
        watcher.Renamed += (_, _) => seen.TrySetResult();
        watcher.EnableRaisingEvents = true;
        using var process = LvbackupProcess.Start(scene, arguments);
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        process.Kill();
        await process.EndAsync();
    }

    private static async Task AssertSameAsync(string oracle, string disk, string format)
    {
        var raw = oracle + ".restored";
        _ = (await Tool.RunAsync("qemu-img", ["convert", "-f", format, "-O", "raw", disk, raw], Token)).Value;
        Assert.Null(await DiskOracle.CompareRawAsync(oracle, raw, Token));
    }
}
