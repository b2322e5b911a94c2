using System.Security.Cryptography;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>Domains that are shut off: what changed is read through the bitmaps in their images.</summary>
public sealed class ShutOffTests(ITestOutputHelper output)
{
    private const long Size = 32 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Changes_are_read_from_the_bitmaps_of_the_images_where_these_can_be_believed(string suite)
    {
        await using var scene = await BackupScene.StartPausedAsync(await LabHost.ForAsync(suite), new LabDisk(Size));
        var virsh = scene.Guest.Host.Virsh;
        await virsh.RunAsync(Token, "checkpoint-create-as", scene.Guest.Name, "theirs");
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 24 * Units.MiB, seed: 1, Token);
        var full = await scene.BackUpAsync();
        await new QemuIo(scene.Guest).WriteAsync("vda", 2 * Units.MiB, Units.MiB, seed: 2, Token);
        await new QemuIo(scene.Guest).DiscardAsync("vda", 8 * Units.MiB, Units.MiB, Token);
        await virsh.RunAsync(Token, "destroy", scene.Guest.Name);

        var shutOff = await BackUpWithoutChangeAsync(scene, request => request);
        AssertChangesRead(shutOff, BackupLevel.Incremental, full);

        await scene.Guest.StartPausedAsync(Token);
        await new QemuIo(scene.Guest).WriteAsync("vda", 12 * Units.MiB, 256 * Units.KiB, seed: 3, Token);
        var online = await scene.BackUpAsync();
        Assert.Equal((BackupLevel.Incremental, full.Point), (online.Level, online.Parent));
        Assert.NotNull(online.Checkpoint);

        // The last full's checkpoint is in two images from here on.
        await virsh.RunAsync(
            Token, "snapshot-create-as", scene.Guest.Name, "s", "--disk-only", "--no-metadata",
            "--diskspec", $"vda,file={Path.Combine(scene.Guest.Directory, "vda.overlay")}");
        await new QemuIo(scene.Guest).WriteAsync("vda", 16 * Units.MiB, 256 * Units.KiB, seed: 4, Token);
        await virsh.RunAsync(Token, "destroy", scene.Guest.Name);
        var layered = await BackUpWithoutChangeAsync(scene, r => r with { Level = BackupLevel.Differential });
        AssertChangesRead(layered, BackupLevel.Differential, full);

        await scene.Guest.StartPausedAsync(Token);
        await new QemuIo(scene.Guest).WriteAsync("vda", 20 * Units.MiB, Units.MiB, seed: 5, Token);
        await scene.Guest.Host.KillQemuAsync(scene.Guest.Name, Token);
        var killed = await BackUpWithoutChangeAsync(scene, request => request);
        Assert.Equal((BackupLevel.Full, null), (killed.Level, killed.Parent));
        Assert.Contains("inconsistent", killed.Reason, StringComparison.Ordinal);
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task A_guest_can_be_started_while_its_disks_are_read_and_then_no_point_is_made()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 24 * Units.MiB, seed: 1, Token);
        await scene.Guest.Host.Virsh.RunAsync(Token, "destroy", scene.Guest.Name);

        var failure = await Assert.ThrowsAsync<BackupException>(
            () => scene.BackUpWhileAsync(() => scene.Guest.StartPausedAsync(Token)));

        Assert.Contains("was started", failure.Message, StringComparison.Ordinal);
        Assert.Empty((await scene.Repository.ListPointsAsync(Token)).Points);
        await scene.BackUpAsync();
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task An_image_that_somebody_else_writes_is_not_read()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await scene.Guest.Host.Virsh.RunAsync(Token, "destroy", scene.Guest.Name);
        var image = Path.Combine(scene.Guest.Directory, "vda.qcow2");
        using var pid = new CancellationTokenSource();
        var socket = Path.Combine(scene.Guest.Directory, "nbd");
        var writer = Tool.RunAsync("qemu-nbd", ["--socket", socket, "--format", "qcow2", image], pid.Token);
        while (!File.Exists(socket) && !writer.IsCompleted) await Task.Yield();

        var failure = await Assert.ThrowsAsync<BackupException>(() => scene.BackUpOnlyAsync());

        await pid.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer);
        Assert.Equal(FailureKind.Busy, failure.Kind);
        Assert.Contains(image, failure.Message, StringComparison.Ordinal);
    }

    private async Task<BackupReport> BackUpWithoutChangeAsync(
        BackupScene scene, Func<BackupRequest, BackupRequest> change)
    {
        var before = await HashImagesAsync(scene);
        var report = await scene.BackUpAsync(change);
        Assert.Equal(before, await HashImagesAsync(scene));
        Assert.Null(report.Checkpoint);
        output.WriteLine($"{report.Level} read {report.Disks[0].ReadBytes} bytes: {report.Reason}");
        return report;
    }

    /// <summary>The guest wrote some 2 MiB at most, and a tail of 2 MiB is read again.</summary>
    private static void AssertChangesRead(BackupReport report, BackupLevel level, BackupReport parent)
    {
        Assert.Equal((level, parent.Point), (report.Level, report.Parent));
        Assert.InRange(report.Disks[0].DirtyBytes, Units.MiB, 4 * Units.MiB);
        Assert.InRange(report.Disks[0].ReadBytes, Units.MiB, 5 * Units.MiB);
    }

    private static async Task<IReadOnlyList<string>> HashImagesAsync(BackupScene scene)
    {
        var hashes = new List<string>();
        foreach (var path in Directory.EnumerateFiles(scene.Guest.Directory, "vda.*").Order(StringComparer.Ordinal))
        {
            await using var image = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            hashes.Add($"{path} {Convert.ToHexString(await SHA256.HashDataAsync(image, Token))}");
        }

        return hashes;
    }
}
