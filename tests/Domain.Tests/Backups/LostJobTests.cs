using LibvirtBackup.Backups;
using LibvirtBackup.Domain.Tests.Recovery.Simulation;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups;

/// <summary>
/// QEMU's job ends and its server goes on with the live disk, while libvirt still has the job's definition.
/// </summary>
public sealed class LostJobTests
{
    [Fact]
    public async Task What_is_read_after_the_end_of_the_job_is_never_a_point()
    {
        const int steps = 60; // more than a backup of two disks has
        var refusals = 0;
        for (var step = 1; step <= steps; step++)
        {
            using var world = await HistoryWorld.MakeNewAsync();
            world.WriteSome(3, 1);
            var runs = new HistoryRuns(world); // it compares each point with what the disks held

            await runs.BackUpAsync(
                0, new BackupRequest { Domain = "web" }, [(step, Befalling.JobLost), (step + 1, Befalling.Writes)]);

            if (world.Log.Any(line => line.Contains("ended before everything was read", StringComparison.Ordinal)))
                refusals++;
            Assert.NotNull(await runs.BackUpAsync(0, new BackupRequest { Domain = "web" }, []));
        }

        Assert.NotEqual(0, refusals);
    }
}
