using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Events;

[Collection(EventLoopCollection.Name)]
public sealed class LibvirtEventLoopTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_starts_stops_and_starts_again()
    {
        LibvirtEventLoop loop = LibvirtEventLoop.Shared;
        for (int i = 0; i < 50; i++)
        {
            loop.Start();
            Assert.True(loop.IsRunning);
            Assert.False(loop.Completion.IsCompleted);

            await loop.StopAsync(Token).WaitAsync(s_patience, Token);
            Assert.False(loop.IsRunning);
            Assert.True(loop.Completion.IsCompletedSuccessfully);
        }

        loop.Start();
    }

    [Fact]
    public async Task When_the_loop_fails_every_connection_says_that_it_is_lost()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        await using EventSubscription<DomainLifecycleEvent> events =
            await connection.Events.LifecycleAsync(cancellationToken: Token);
        LibvirtException failure = new("poll", VirErrorNumber.SystemError, VirErrorDomain.Event, "poll failed");

        LibvirtEventLoop.Shared.ReportFailure(failure);

        Assert.Equal(VirConnectCloseReason.Error, await connection.Closed.WaitAsync(s_patience, Token));
        LibvirtConnectionLostException lost = await Assert.ThrowsAsync<LibvirtConnectionLostException>(
            () => events.FirstAsync(_ => true, Token).WaitAsync(s_patience, Token));
        Assert.Same(failure, lost.InnerException);
    }

    [Fact]
    public async Task Starting_and_stopping_twice_is_the_same_as_once()
    {
        LibvirtEventLoop loop = LibvirtEventLoop.Shared;
        loop.Start();
        Task first = loop.Completion;
        loop.Start();
        Assert.Same(first, loop.Completion);

        await Task.WhenAll(loop.StopAsync(Token), loop.StopAsync(Token)).WaitAsync(s_patience, Token);
        await loop.StopAsync(Token);

        loop.Start();
        Assert.True(loop.IsRunning);
    }
}
