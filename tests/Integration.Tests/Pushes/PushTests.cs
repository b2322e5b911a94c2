using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Pushes;

/// <summary>QEMU writes a running domain's disks as images, which plain qemu-img reads.</summary>
public sealed class PushTests
{
    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Each_image_of_a_set_reads_as_the_disk_did_beside_backups_of_the_same_domain(string suite)
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync(suite),
            new LabDisk(24 * Units.MiB),
            new LabDisk(8 * Units.MiB) { CreateOptions = "cluster_size=4k" });
        var set = new PushScene(scene);
        var io = new QemuIo(scene.Guest);
        await io.PaintAsync("vda", 0, 6, 1, Token);
        await io.PaintAsync("vdb", Units.MiB, 2, 2, Token);

        var full = await set.PushAsync();
        Assert.Equal((BackupLevel.Full, "000001-full"), (full.Level, full.Point));
        await scene.BackUpAsync();
        await io.ZeroAsync("vda", Units.MiB, 256 * Units.KiB, Token);
        await io.DiscardAsync("vda", 2 * Units.MiB, Units.MiB, Token);
        await io.FillAsync("vdb", 4096 * 3, 4096, 0x33, Token);
        var second = await set.PushAsync();
        await io.FillAsync("vda", (3 * Units.MiB) + 512, 512, 0x44, Token);
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Level);
        var third = await set.PushAsync();

        Assert.All([second, third], point => Assert.All(point.Disks, disk =>
            Assert.Equal((BackupLevel.Incremental, null), (disk.Level, disk.Reason))));
        Assert.Equal(["../000001-full/vda.qcow2", "../000002-incremental/vda.qcow2"],
            [second.Disks[0].BackingFile!, third.Disks[0].BackingFile!]);
        Assert.True(third.Disks[0].LengthBytes < Units.MiB, $"{third.Disks[0].LengthBytes} bytes for one sector");
        await set.VerifyAllAsync();
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Raw_images_are_whole_each_and_an_image_that_was_changed_is_built_on_no_more()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(16 * Units.MiB));
        var set = new PushScene(scene);
        var io = new QemuIo(scene.Guest);
        await io.PaintAsync("vda", 0, 6, 1, Token);
        await set.PushAsync(request => request with { Format = DiskFormat.Raw });
        await io.DiscardAsync("vda", 2 * Units.MiB, Units.MiB, Token);
        await io.FillAsync("vda", 512, 512, 0x44, Token);
        var raw = await set.PushAsync(request => request with { Format = DiskFormat.Raw });
        Assert.Equal(BackupLevel.Incremental, raw.Level);
        await io.FillAsync("vda", 9 * Units.MiB, 512, 0x45, Token);
        var over = await set.PushAsync(); // qcow2 over raw
        Assert.Equal(
            (BackupLevel.Incremental, "../000002-incremental/vda.raw"), (over.Level, over.Disks[0].BackingFile));
        await set.VerifyAllAsync();

        _ = (await Tool.RunAsync("qemu-io", ["-c", "write -P 1 0 512", over.Disks[0].Path], Token)).Value;
        var next = await set.PushOnlyAsync();
        Assert.Equal((BackupLevel.Incremental, "000001-full"), (next.Level, next.Parent));
        Assert.Contains(
            next.Warnings, line => line.Contains("'000003-incremental' is broken", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(DiskFormat.Qcow2, DiskFormat.Qcow2)]
    [InlineData(DiskFormat.Raw, DiskFormat.Raw)]
    [InlineData(DiskFormat.Raw, DiskFormat.Qcow2)]
    public async Task A_disk_that_shrank_and_grew_again_is_written_whole(DiskFormat before, DiskFormat after)
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(16 * Units.MiB));
        var set = new PushScene(scene);
        var io = new QemuIo(scene.Guest);
        await io.PaintAsync("vda", 0, 12, 1, Token);
        await set.PushAsync(request => request with { Format = before });
        // Zeroes that are reported are none of it.
        await io.ZeroAsync("vda", 8 * Units.MiB, Units.MiB, Token);
        await io.DiscardAsync("vda", 10 * Units.MiB, Units.MiB, Token);
        var reported = await set.PushAsync(request => request with { Format = before });
        Assert.Equal(BackupLevel.Incremental, reported.Level);
        foreach (var size in (string[])["4MiB", "16MiB"])
            await scene.Guest.Host.Virsh.RunAsync(Token, "blockresize", scene.Guest.Name, "vda", size);
        await io.FillAsync("vda", 0, 512, 0x55, Token);
        var healed = await set.PushAsync(request => request with { Format = after });
        Assert.Equal(("000004-full", BackupLevel.Full), (healed.Point, healed.Level));
        Assert.Contains("no bitmap reported", healed.Reason, StringComparison.Ordinal);
        await io.FillAsync("vda", Units.MiB, 512, 0x56, Token);
        var next = await set.PushAsync(request => request with { Format = after });
        Assert.Equal(BackupLevel.Incremental, next.Level);
        await set.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task What_is_ended_or_killed_leaves_no_point_and_the_next_run_cleans_up()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Units.GiB));
        var set = new PushScene(scene);
        var io = new QemuIo(scene.Guest);
        for (var i = 0; i < 3; i++) await io.FillAsync("vda", i * 256 * Units.MiB, 256 * Units.MiB, 7, Token);

        using (var interrupted = await BeginAsync(scene, set))
        {
            await interrupted.SignalAsync("INT");
            Assert.Equal(130, (await interrupted.EndAsync()).ExitCode);
        }

        Assert.Empty(set.Entries);
        using (var aborted = await BeginAsync(scene, set))
        {
            await scene.Guest.Host.Virsh.RunAsync(Token, "domjobabort", scene.Guest.Name);
            var (exitCode, _, error) = await aborted.EndAsync();
            Assert.Equal(1, exitCode);
            Assert.Contains("somebody has ended libvirt's backup job", error, StringComparison.Ordinal);
        }

        Assert.Empty(set.Entries);
        await scene.AssertNothingLeftAsync();
        using (var killed = await BeginAsync(scene, set))
        {
            killed.Kill();
            await killed.EndAsync();
        }

        Assert.Single(set.Entries, name => name.StartsWith("lvb-", StringComparison.Ordinal));
        await scene.BackUpOnlyAsync(request => request with { NoCheckpoint = true }); // another kind of run cleans up
        Assert.Empty(set.Entries);
        await scene.AssertNothingLeftAsync();
        Assert.Equal(BackupLevel.Full, (await set.PushAsync()).Level);
        await set.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Where_there_is_no_room_nothing_is_begun()
    {
        var host = await LabHost.ForAsync("bookworm");
        await using var scene = await BackupScene.StartPausedAsync(host, new LabDisk(64 * Units.MiB));
        await new QemuIo(scene.Guest).FillAsync("vda", 0, 60 * Units.MiB, 3, Token);
        var small = Path.Combine(SmallStorage.Of(host), $"push-{scene.Guest.Name}");
        try
        {
            var failure = await Assert.ThrowsAsync<BackupException>(() => new PushScene(scene).PushOnlyAsync(
                request => request with { Directory = small }));
            Assert.Contains("has no room for", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', failure.Message);
            Assert.Empty(Directory.EnumerateDirectories(small));
            await scene.AssertNothingLeftAsync();
        }
        finally
        {
            Directory.Delete(small, recursive: true);
        }
    }

    private static async Task<LvbackupProcess> BeginAsync(BackupScene scene, PushScene set)
    {
        var process = LvbackupProcess.Start(
            scene, "push", scene.Guest.Name, "--to", set.Directory, "--limit-rate", "1MiB");
        await process.WaitForJobAsync(scene);
        return process;
    }
}
