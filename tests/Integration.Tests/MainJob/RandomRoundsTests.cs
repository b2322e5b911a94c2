using System.Globalization;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// Random guest writes, zero-writes, discards and trims with a point after each round; every point equals the oracle's
/// copy.
/// <c>LVB_SEED</c> replays a history.
/// </summary>
public sealed class RandomRoundsTests(ITestOutputHelper output)
{
    private const int Rounds = 20;
    private const long Size = 64 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Every_point_of_a_random_history_restores_to_what_the_disks_held(string suite)
    {
        var seed = Environment.GetEnvironmentVariable("LVB_SEED") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output.WriteLine($"{suite}: LVB_SEED={seed}");
        var random = new Random(seed);
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync(suite), new LabDisk(Size), new LabDisk(Size));
        await scene.Guest.MakeExt4Async("vdb", Token);
        var (read, size) = (0L, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = random.Next(1, 4); i > 0; i--) await ChangeAsync(scene.Guest, random, round);
            var level = round == 0 ? BackupLevel.Full : Level(random);
            var report = await scene.BackUpAsync(request => request with { Level = level });
            Assert.Equal(level == BackupLevel.Auto ? BackupLevel.Incremental : level, report.Level);
            Assert.All(report.Disks, disk => Assert.Equal(report.Level, disk.Level));
            if (report.Level == BackupLevel.Incremental)
                (read, size) = (read + report.Disks.Sum(disk => disk.ReadBytes), size + (2 * Size));
        }

        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
        output.WriteLine($"{suite}: {Rounds} points equal; incrementals read {(double)read / size:p1} of the disks");
    }

    private static BackupLevel Level(Random random) => random.Next(10) switch
    {
        0 => BackupLevel.Full,
        1 => BackupLevel.Copy,
        2 => BackupLevel.Differential,
        _ => BackupLevel.Auto,
    };

    private static async Task ChangeAsync(LabGuest guest, Random random, int round)
    {
        var offset = random.Next((int)(Size / 512) - (2 * 2048)) * 512L;
        var length = random.Next(1, 2 * 2048) * 512L;
        switch (random.Next(6))
        {
            case 0:
                await guest.ZeroRangeAsync("vda", offset, length, Token);
                break;
            case 1:
                await guest.DiscardAsync("vda", offset, length, Token);
                break;
            case 2:
                await guest.WriteFilesAsync("vdb", $"round{round}", count: 3, random.Next(1, 2000) * 1024, Token);
                break;
            case 3:
                await guest.RunAsync("rm -rf /mnt/vdb/round*; sync", Token);
                await guest.FstrimAsync("vdb", Token);
                break;
            default:
                await guest.WritePatternAsync("vda", offset, length, random.Next(256), Token);
                break;
        }
    }
}
