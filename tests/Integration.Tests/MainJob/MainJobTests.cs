using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>Full, guest writes and trims, incrementals, restore: byte for byte on every supported libvirt.</summary>
public sealed class MainJobTests(ITestOutputHelper output)
{
    private const long Size = 64 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_full_and_an_incremental_restore_to_what_the_disks_held(string suite)
    {
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync(suite), new LabDisk(Size), new LabDisk(Size) { Format = "raw" });
        await scene.Guest.WritePatternAsync("vda", 0, 4 * Units.MiB, seed: 1, Token);
        await scene.Guest.WritePatternAsync("vdb", Units.MiB, Units.MiB, seed: 2, Token);

        var full = await scene.BackUpAsync();
        await scene.Guest.WritePatternAsync("vda", 6 * Units.MiB, 64 * Units.KiB, seed: 3, Token);
        await scene.Guest.ZeroRangeAsync("vda", Units.MiB, 128 * Units.KiB, Token);
        await scene.Guest.DiscardAsync("vda", 2 * Units.MiB, Units.MiB, Token);
        var incremental = await scene.BackUpAsync();

        Assert.Equal((BackupLevel.Full, BackupLevel.Incremental), (full.Level, incremental.Level));
        Assert.Equal(full.Point, incremental.Parent);
        var (vda, vdb) = (incremental.Disks[0], incremental.Disks[1]);
        Assert.Equal(BackupLevel.Incremental, vda.Level);
        Assert.InRange(vda.DirtyBytes, Units.MiB + (3 * 64 * Units.KiB), 2 * Units.MiB);
        Assert.InRange(vda.ReadBytes, 64 * Units.KiB, 4 * Units.MiB);
        Assert.Equal(BackupLevel.Full, vdb.Level);
        Assert.Contains("raw", vdb.Reason, StringComparison.Ordinal);
        await scene.VerifyAllAsync();
        output.WriteLine($"{suite}: incremental read {vda.ReadBytes} of {vda.VirtualSizeBytes} bytes, stored "
            + $"{vda.StoredBytes}");
    }
}
