using LibvirtBackup.Backups;
using LibvirtBackup.Domain.Tests.Recovery.Simulation;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups;

/// <summary>A domain that is shut off, and may be started paused for its backup.</summary>
public sealed class StartPausedTests
{
    private static readonly BackupRequest s_request = new() { Domain = "web", StartPaused = true };

    [Fact]
    public async Task It_is_started_for_the_backup_and_stopped_again()
    {
        using var world = await HistoryWorld.MakeNewAsync();
        world.Stop(isKilled: false);

        var report = await new HistoryRuns(world).BackUpAsync(0, s_request, []);

        Assert.NotNull(report?.Checkpoint);
        Assert.False(world.Domain.IsRunning);
        Assert.Null(world.OpenJournal().View.OpenJob);
        var next = await new HistoryRuns(world).BackUpAsync(0, s_request with { Level = BackupLevel.Full }, []);
        Assert.Equal([next!.Checkpoint!], world.Domain.Checkpoints); // the older one went while the domain ran
    }

    [Fact]
    public async Task With_saved_memory_it_is_not_started_and_its_images_are_read()
    {
        using var world = await HistoryWorld.MakeNewAsync();
        world.Stop(isKilled: false);
        world.Jobs.HasSavedMemory = true;

        var report = await new HistoryRuns(world).BackUpAsync(0, s_request, []);

        Assert.NotNull(report);
        Assert.Null(report.Checkpoint);
        Assert.True(world.Jobs.HasSavedMemory);
        Assert.Contains(report.Warnings, line => line.Contains("memory is saved", StringComparison.Ordinal));
    }
}
