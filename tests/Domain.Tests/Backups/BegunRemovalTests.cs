using LibvirtBackup.Backups;
using LibvirtBackup.Domain.Tests.Recovery.Simulation;
using LibvirtBackup.Recovery.Journals;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups;

/// <summary>A checkpoint whose removal was cut short, on a domain that is shut off.</summary>
public sealed class BegunRemovalTests
{
    private static readonly BackupRequest s_request = new() { Domain = "web" };

    [Theory]
    [InlineData(null)]
    [InlineData("vda")]
    public async Task What_is_left_of_its_bitmaps_is_not_used(string? disk)
    {
        using var world = await HistoryWorld.MakeNewAsync();
        var runs = new HistoryRuns(world);
        var first = await runs.BackUpAsync(0, s_request, []);
        world.Stop(isKilled: false);
        world.OpenJournal().Append(new JournalRecord.DropBegun(first!.Checkpoint!, disk));

        var report = await runs.BackUpAsync(0, s_request, []);

        Assert.Equal(BackupLevel.Full, report!.Disks[0].Level);
        Assert.Contains("removal of checkpoint", report.Disks[0].Reason, StringComparison.Ordinal);
        Assert.Equal(disk is null ? BackupLevel.Full : BackupLevel.Incremental, report.Disks[1].Level);
    }
}
