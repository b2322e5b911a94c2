using System.Diagnostics;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>Whatever ends a backup early, nothing is left behind and the next one covers the gap.</summary>
public sealed class InterruptedBackupTests
{
    private const long Size = 64 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task What_the_guest_writes_during_the_copy_is_not_in_the_point_but_in_the_next(string suite)
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync(suite), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 32 * Units.MiB, seed: 1, Token);
        await scene.BackUpWhileAsync(
            async () =>
            {
                await scene.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 7, Token);
                await scene.Guest.DiscardAsync("vda", 10 * Units.MiB, 2 * Units.MiB, Token);
                await scene.Guest.SyncAsync(Token);
            });
        var next = await scene.BackUpAsync();
        Assert.Equal(BackupLevel.Incremental, next.Level);
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_cancelled_incremental_leaves_nothing_and_the_next_covers_the_gap(string suite)
    {
        await using var scene = await StartAsync(await LabHost.ForAsync(suite));
        var full = await scene.BackUpAsync();
        await new QemuIo(scene.Guest).PaintAsync("vda", 0, mebibytes: 8, seed: 2, Token);
        using var cancel = new CancellationTokenSource();
        var begun = new FirstReport();
        // All reads but the first wait for their turn.
        var backup = scene.BackUpOnlyAsync(
            request => request with { RateLimitBytesPerSecond = 1 }, begun, cancel.Token);
        await begun.Reported;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => backup);
        await scene.AssertNothingLeftAsync();
        await new QemuIo(scene.Guest).PaintAsync("vda", 20 * Units.MiB, mebibytes: 1, seed: 3, Token);
        var next = await scene.BackUpAsync();
        Assert.Equal((BackupLevel.Incremental, full.Point), (next.Level, next.Parent));
        Assert.InRange(next.Disks[0].DirtyBytes, 9 * Units.MiB, 12 * Units.MiB);
        await scene.VerifyAllAsync();
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task When_QEMU_is_killed_the_next_backup_reads_all_and_says_why(string suite)
    {
        await using var scene = await StartAsync(await LabHost.ForAsync(suite));
        await scene.BackUpAsync();

        var failure = await Assert.ThrowsAsync<BackupException>(() => scene.BackUpWhileAsync(
            () => scene.Guest.Host.KillQemuAsync(scene.Guest.Name, Token),
            request => request with { Level = BackupLevel.Full }));

        Assert.Contains("vda", failure.Message, StringComparison.Ordinal);
        await scene.Guest.StartPausedAsync(Token);
        await new QemuIo(scene.Guest).PaintAsync("vda", Units.MiB, mebibytes: 1, seed: 4, Token);
        var next = await scene.BackUpAsync();
        Assert.Equal(BackupLevel.Full, next.Level);
        Assert.NotNull(next.Reason);
        var after = await scene.BackUpAsync();
        Assert.Equal(BackupLevel.Incremental, after.Level);
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task When_libvirtd_is_killed_the_copy_goes_on_and_the_job_is_ended_by_the_new_one(string suite)
    {
        var host = await LabHost.StartPrivateAsync(suite);
        await using var ending = host;
        await using var scene = await StartAsync(host);
        await scene.BackUpWhileAsync(
            () => host.KillLibvirtdAsync(Token), whenAllIsRead: () => host.RestartLibvirtdAsync(Token));
        await scene.ReconnectAsync();
        var next = await scene.BackUpAsync();
        Assert.Equal(BackupLevel.Incremental, next.Level);
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_foreign_backup_job_is_answered_at_once_and_left_alone()
    {
        await using var scene = await StartAsync(await LabHost.ForAsync("bookworm"));
        var xml = Path.Combine(scene.Guest.Directory, "foreign.xml");
        var socket = Path.Combine(scene.Guest.Directory, "foreign.sock");
        var scratch = Path.Combine(scene.Guest.Directory, "foreign.scratch");
        await File.WriteAllTextAsync(
            xml,
            $"<domainbackup mode='pull'><server transport='unix' socket='{socket}'/><disks><disk name='vda' "
            + $"type='file'>"
            + $"<scratch file='{scratch}'/></disk></disks></domainbackup>",
            Token);
        await scene.Guest.Host.Virsh.RunAsync(Token, "backup-begin", scene.Guest.Name, xml);
        var clock = Stopwatch.StartNew();

        var failure = await Assert.ThrowsAsync<BackupException>(() => scene.BackUpOnlyAsync());

        Assert.Equal(FailureKind.Busy, failure.Kind);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains(
            "Backup", await scene.Guest.Host.Virsh.RunAsync(Token, "domjobinfo", scene.Guest.Name),
                StringComparison.Ordinal);
        await scene.Guest.Host.Virsh.RunAsync(Token, "domjobabort", scene.Guest.Name);
    }

    private static async Task<BackupScene> StartAsync(LabHost host)
    {
        var scene = await BackupScene.StartPausedAsync(host, new LabDisk(Size));
        await new QemuIo(scene.Guest).PaintAsync("vda", 0, mebibytes: 32, seed: 1, Token);
        return scene;
    }
}
