using LibvirtBackup.Backups.Freezing;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Freezing;

/// <summary>The backup's end of the line, with shells at the other.</summary>
public sealed class ThawGuardTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watchdog_is_told_each_step_and_hears_when_the_backup_hangs_up()
    {
        var heard = Path.Combine(_directory.Path, "heard");
        var shell = $"echo ready; cat >{heard}.part; mv {heard}.part {heard}";
        await using (var guard = await StartAsync("sh", "-c", shell))
        {
            Assert.Null(await guard.FindObstacleAsync(TimeProvider.System, Token));
            Assert.True(guard.IsRunning);
            Assert.True(await guard.TellAsync(ThawOrder.Freezing));
            Assert.True(await guard.TellAsync(ThawOrder.Thawed));
        }

        while (!File.Exists(heard)) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        var lines = await File.ReadAllLinesAsync(heard, Token);
        Assert.Equal(["freezing", "thawed"], lines[1..]);
        Assert.Contains("\"domain\":\"web\"", lines[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/no/such/program")]
    [InlineData("false")]
    public async Task Without_a_watchdog_that_works_the_guest_must_not_be_frozen(string program)
    {
        await using var guard = await StartAsync(program);
        Assert.Contains(
            "watchdog", await guard.FindObstacleAsync(TimeProvider.System, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_none_is_configured_none_is_missed()
    {
        await using var guard = await StartAsync();
        Assert.Null(await guard.FindObstacleAsync(TimeProvider.System, Token));
        Assert.False(guard.IsRunning);
        Assert.True(await guard.TellAsync(ThawOrder.Freezing));
    }

    private Task<ThawGuard> StartAsync(params string[] command) => ThawGuard.StartAsync(command, new ThawOrder
    {
        Freeze = Guid.NewGuid(),
        Uri = "test:///default",
        DomainUuid = Guid.Empty,
        Domain = "web",
        DomainDirectory = _directory.Path,
        Timeout = TimeSpan.FromSeconds(60),
        Limit = TimeSpan.FromSeconds(10),
    });
}
