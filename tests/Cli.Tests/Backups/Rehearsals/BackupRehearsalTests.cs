using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Backups.Rehearsals;

namespace LibvirtBackup.Cli.Tests.Backups.Rehearsals;

/// <summary>A rehearsal that fails would go unnoticed in a backup, and warm nothing.</summary>
public sealed class BackupRehearsalTests
{
    [Fact]
    public async Task An_incremental_is_planned_and_a_full_and_an_incremental_point_are_taken_in_memory()
    {
        var (plan, points) = await BackupRehearsal.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(BackupLevel.Incremental, plan.Level);
        Assert.Equal(["vda"], plan.Disks.Select(disk => disk.Disk.Name));
        Assert.NotNull(plan.NewCheckpoint);
        Assert.Equal([BackupLevel.Full, BackupLevel.Incremental], points.Select(point => point.Level));
        Assert.Equal([null, points[0].Id], points.Select(point => point.Parent));
    }
}
