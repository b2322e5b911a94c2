using LibvirtBackup.Backups;
using LibvirtBackup.Cli.Backups;

namespace LibvirtBackup.Cli.Tests.Backups;

public sealed class BackupRehearsalTests
{
    /// <summary>One that fails would go unnoticed in a backup, and warm nothing.</summary>
    [Fact]
    public async Task A_full_and_an_incremental_point_are_taken_in_memory()
    {
        var points = await BackupRehearsal.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal([BackupLevel.Full, BackupLevel.Incremental], points.Select(point => point.Level));
        Assert.Equal([null, points[0].Id], points.Select(point => point.Parent));
    }
}
