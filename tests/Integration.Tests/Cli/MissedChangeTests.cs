using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Cli;

/// <summary>A bitmap that was cleared behind everybody's back: libvirt calls it valid.</summary>
public sealed class MissedChangeTests
{
    private const long Size = 32 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_that_no_bitmap_has_is_found_by_comparing_and_healed_by_the_next_backup()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size), new LabDisk(Size));
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 24 * Units.MiB, seed: 1, Token);
        await new QemuIo(scene.Guest).WriteAsync("vdb", 0, 4 * Units.MiB, seed: 2, Token);
        var full = await scene.BackUpAsync();
        (await CompareAsync(scene, 0)).Dispose();
        await new QemuIo(scene.Guest).WriteAsync("vda", 2 * Units.MiB, 64 * Units.KiB, seed: 3, Token);
        await ClearBitmapAsync(scene, full.Checkpoint);

        using (var missed = await CompareAsync(scene, 4, "--sample", "100"))
        {
            var problem = missed.RootElement.GetProperty("points")[0].GetProperty("problems").EnumerateArray().Single();
            Assert.Equal("vda", problem.GetProperty("disk").GetString());
            Assert.Equal(2 * Units.MiB, problem.GetProperty("offsetBytes").GetInt64());
            Assert.Equal(64 * Units.KiB, problem.GetProperty("lengthBytes").GetInt64());
            var (vda, vdb) = (Disk(missed, 0), Disk(missed, 1));
            Assert.Equal(full.Checkpoint, vda.GetProperty("distrustedCheckpoint").GetString());
            Assert.Equal(JsonValueKind.Null, vda.GetProperty("confidence").ValueKind);
            Assert.Equal(JsonValueKind.Null, vdb.GetProperty("distrustedCheckpoint").ValueKind);
            Assert.Equal(1, vdb.GetProperty("confidence").GetProperty("probability").GetDouble());
        }

        var healed = await scene.BackUpAsync();

        Assert.Equal([BackupLevel.Full, BackupLevel.Incremental], healed.Disks.Select(disk => disk.Level));
        Assert.Contains("verify --against-source", healed.Disks[0].Reason, StringComparison.Ordinal);
        (await CompareAsync(scene, 0, "--sample", "50")).Dispose();
        await new QemuIo(scene.Guest).WriteAsync("vda", 12 * Units.MiB, 64 * Units.KiB, seed: 4, Token);
        var next = await scene.BackUpAsync();
        Assert.All(next.Disks, disk => Assert.Equal(BackupLevel.Incremental, disk.Level));
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task A_bitmap_that_holds_less_than_when_it_was_last_seen_is_not_believed_of_a_domain_that_is_off()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 8 * Units.MiB, seed: 1, Token);
        var full = await scene.BackUpAsync();
        await new QemuIo(scene.Guest).WriteAsync("vda", 2 * Units.MiB, Units.MiB, seed: 2, Token);
        await scene.BackUpAsync(request => request with { NoCheckpoint = true });
        await ClearBitmapAsync(scene, full.Checkpoint);
        await new QemuIo(scene.Guest).WriteAsync("vda", 6 * Units.MiB, 64 * Units.KiB, seed: 3, Token);
        await scene.Guest.Host.Virsh.RunAsync(Token, "destroy", scene.Guest.Name);

        var shutOff = await scene.BackUpAsync();

        // The sample of what is not read may find it as well.
        var disk = Assert.Single(shutOff.Disks);
        Assert.Equal(BackupLevel.Full, disk.Level);
        Assert.Matches("when it was last seen|no bitmap reported", disk.Reason);
        await scene.VerifyAllAsync();
    }

    private static async Task ClearBitmapAsync(BackupScene scene, string? name) =>
        await scene.Guest.Host.Virsh.RunAsync(
            Token, "qemu-monitor-command", scene.Guest.Name,
            $$$"""
            {"execute": "block-dirty-bitmap-clear",
             "arguments": {"node": "{{{await NodeOfAsync(scene, "vda")}}}", "name": "{{{name}}}"}}
            """);

    private static JsonElement Disk(JsonDocument document, int index) =>
        document.RootElement.GetProperty("source").GetProperty("disks")[index];

    /// <summary>The block node of an image, as QEMU itself tells.</summary>
    private static async Task<string> NodeOfAsync(BackupScene scene, string disk)
    {
        using var nodes = JsonDocument.Parse(await scene.Guest.Host.Virsh.RunAsync(
            Token, "qemu-monitor-command", scene.Guest.Name, """{"execute": "query-named-block-nodes"}"""));
        return nodes.RootElement.GetProperty("return").EnumerateArray()
            .Where(node => node.GetProperty("drv").GetString() == "qcow2"
                && node.GetProperty("file").GetString() == Path.Combine(scene.Guest.Directory, $"{disk}.qcow2"))
            .Select(node => node.GetProperty("node-name").GetString()!) // every node has one
            .Single();
    }

    private static async Task<JsonDocument> CompareAsync(BackupScene scene, int exitCode, params string[] options)
    {
        var result = await Tool.RunAsync(
            Path.Combine(AppContext.BaseDirectory, "lvbackup"),
            [
                "verify", "--against-source", scene.Guest.Name, .. options, "--json",
                "-c", scene.Guest.Host.ConnectionUri, "--state-dir", scene.StateDirectory,
                "--repo", Path.Combine(scene.Guest.Directory, "repo"),
            ],
            Token);
        Assert.True(exitCode == result.ExitCode, $"{result.CommandLine}: {result.ExitCode}: {result.Error}");
        return JsonDocument.Parse(result.Output);
    }
}
