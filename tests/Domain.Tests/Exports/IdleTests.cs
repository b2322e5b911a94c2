using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>Servers that end when nobody was there for long.</summary>
public sealed class IdleTests
{
    private static readonly TimeSpan s_most = TimeSpan.FromMinutes(4);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_stays_as_long_as_a_silent_client_does_and_ends_some_time_later()
    {
        var clock = new RungClock();
        await using var scene = await ServedScene.StartAsync(
            options => options with { IdleTimeout = s_most }, clock: clock);
        await using (await scene.ConnectAsync())
        {
            clock.Advance(TimeSpan.FromHours(9));
            Assert.False(scene.Server.Completion.IsCompleted);
        }

        while (!scene.Server.Completion.IsCompleted)
        {
            clock.Advance(s_most / 4);
            await Task.Delay(5, Token);
        }

        Assert.True(scene.Server.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Nothing_is_left_of_a_server_that_could_end_it_again()
    {
        var clock = new RungClock();
        await using (await ServedScene.StartAsync(
            options => options with { IdleTimeout = s_most }, clock: clock))
            while (clock.Timers == 0) await Task.Delay(5, Token);

        Assert.Equal(0, clock.Timers);
        clock.Advance(TimeSpan.FromHours(1)); // a timer that rings now would throw
    }
}
