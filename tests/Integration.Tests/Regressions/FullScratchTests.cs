using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Chains;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Regressions;

/// <summary>QEMU fails a write of the guest when there is no room to keep what that overwrites.</summary>
[Collection(FullTargetTests.Serial)]
public sealed class FullScratchTests
{
    private const int PaintedMiB = 60;
    private const byte Written = 0xd7;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_backup_ends_before_its_scratch_space_does_and_every_write_succeeds(string suite)
    {
        var host = await LabHost.ForAsync(suite);
        await using var scene = await BackupScene.StartPausedAsync(host, new LabDisk(64 * Units.MiB));
        var io = new QemuIo(scene.Guest);
        await io.PaintAsync("vda", 0, PaintedMiB, 1, Token);
        await scene.BackUpAsync();

        var begun = new FirstReport();
        var backup = scene.BackUpOnlyAsync(
            request => request with
            {
                Level = BackupLevel.Full,
                ScratchDirectory = SmallStorage.Of(host),
                RateLimitBytesPerSecond = Units.MiB,
            },
            begun);
        Assert.Same(begun.Reported, await Task.WhenAny(begun.Reported, backup));
        for (var i = 0; i < PaintedMiB; i++) await io.FillAsync("vda", i * Units.MiB, Units.MiB, Written, Token);

        var failure = await Assert.ThrowsAsync<BackupException>(() => backup);
        Assert.Equal(FailureKind.Failed, failure.Kind);
        Assert.Contains("left: the backup was ended before", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Empty(Directory.EnumerateDirectories(SmallStorage.Of(host), "lvb-*"));
        var disk = await File.ReadAllBytesAsync((await scene.CaptureOracleAsync())["vda"], Token);
        Assert.Equal(-1, disk.AsSpan(0, PaintedMiB * Units.MiB).IndexOfAnyExcept(Written));

        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Level);
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }
}
