using System.Globalization;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Integration.Tests.Recovery.Kills;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>
/// kill -9 of QEMU, libvirtd and lvbackup, in each phase of backups in two tracks, in a random order. <c>LVB_SEED</c>
/// replays a history, but for its clock.
/// </summary>
public sealed class RandomKillsTests(ITestOutputHelper output)
{
    /// <summary>For each of three versions.</summary>
    private const int LeastKills = 21;

    /// <summary>A phase of some milliseconds is missed now and then: then it is tried again.</summary>
    private const int MostRounds = 50;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Whoever_is_killed_whenever_the_next_backup_succeeds_and_every_point_is_right(string suite)
    {
        var seed = Environment.GetEnvironmentVariable("LVB_SEED") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output.WriteLine($"{suite}: LVB_SEED={seed}");
        var random = new Random(seed);
        var host = await LabHost.StartPrivateAsync(suite);
        await using var ending = host;
        await using var kills = await KillScene.StartAsync(host, random, output);
        (KillVictim Victim, KillPhase Phase)[] all =
        [
            .. from victim in Enum.GetValues<KillVictim>()
               from phase in Enum.GetValues<KillPhase>()
               select (victim, phase),
        ];

        for (var round = 0; round < MostRounds; round++)
        {
            var missing = all.Where(kind => !kills.Hits.ContainsKey(kind)).ToArray();
            if (missing.Length == 0 && kills.Stuck > 0 && kills.Hits.Values.Sum() >= LeastKills) break;
            var (victim, phase) = missing.Length > 0 ? Pick(missing)
                : kills.Stuck == 0 ? (KillVictim.Libvirtd, KillPhase.Checkpoint)
                : Pick(all);
            await kills.RoundAsync(victim, phase);
        }

        foreach (var kind in all) output.WriteLine($"{suite}: {kind}: {kills.Hits.GetValueOrDefault(kind)}");
        output.WriteLine($"{suite}: libvirtd died {kills.Stuck} times while it began a job");
        Assert.All(all, kind => Assert.Contains(kind, kills.Hits));
        Assert.NotEqual(0, kills.Stuck);
        Assert.InRange(kills.Hits.Values.Sum(), LeastKills, MostRounds);
        await kills.Scene.VerifyAllAsync();
        await LvbackupProcess.RunAsync(kills.Scene, "verify");
        Assert.Equal(0, (await DoctorRun.StartAsync(kills.Scene)).ExitCode);

        (KillVictim Victim, KillPhase Phase) Pick((KillVictim Victim, KillPhase Phase)[] among) =>
            among[random.Next(among.Length)];
    }
}
