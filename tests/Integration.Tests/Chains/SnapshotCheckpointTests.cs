using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>Snapshot and checkpoint of one instant: the guest always goes on.</summary>
public sealed class SnapshotCheckpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bookworm")]
    public async Task The_guest_goes_on_when_both_are_there_and_when_the_program_is_killed(string suite)
    {
        await using var scene = await ChainScene.StartAsync(await LabHost.ForAsync(suite), new Random(4));
        await scene.BackUpAsync();
        await scene.VirshAsync("resume");

        var report = await scene.SnapshotAsync("both", "both");
        Assert.True(report.SameInstant);
        Assert.InRange(report.Paused!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal("running", await scene.VirshAsync("domstate"));
        Assert.Contains("both", await scene.VirshAsync("checkpoint-list", "--name"), StringComparison.Ordinal);

        var record = Path.Combine(await scene.Backups.GetDomainDirectoryAsync(), "freeze.json");
        var hits = 0;
        for (var round = 0; round < 2; round++)
        {
            using var program = LvbackupProcess.Start(
                scene.Backups, "snapshot-checkpoint", scene.Guest.Name, $"killed{round}",
                "--diskspec", $"{ChainScene.Disk},file={scene.NewImage()}");
            // Settled: the guest is paused.
            while (!File.Exists(record) || File.Exists($"{record}.settled")) await Task.Yield();
            if (File.Exists(record)) hits++;
            program.Kill();
            while (File.Exists(record)) await Task.Delay(10, Token);
            Assert.Equal("running", await scene.VirshAsync("domstate"));
        }

        Assert.NotEqual(0, hits);
        await scene.VirshAsync("suspend");
        await scene.BackUpAsync();
        await scene.Backups.VerifyAllAsync();
    }
}
