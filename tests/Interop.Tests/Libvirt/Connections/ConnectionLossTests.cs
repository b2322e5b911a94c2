using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Tests.Libvirt.Events;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Connections;

[Collection(EventLoopCollection.Name)]
public sealed class ConnectionLossTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_daemon_that_dies_raises_the_close_event_and_ends_every_subscription()
    {
        using PrivateDaemon daemon = await PrivateDaemon.StartAsync(Token);
        int before = CallbackRegistry.Count;
        int strays = CallbackRegistry.StrayFrees;
        await using (LibvirtConnection connection =
            await LibvirtConnection.OpenAsync(daemon.TestUri, cancellationToken: Token))
        {
            EventSubscription<DomainLifecycleEvent> events =
                await connection.Events.LifecycleAsync(cancellationToken: Token);
            using LibvirtDomain domain = await connection.LookupDomainAsync("test", Token);
            await domain.SuspendAsync(Token);
            DomainLifecycleEvent suspended =
                await events.FirstAsync(_ => true, Token).WaitAsync(s_patience, Token);
            Assert.Equal(VirDomainEventType.Suspended, suspended.Type);

            daemon.Kill();

            VirConnectCloseReason reason = await connection.Closed.WaitAsync(s_patience, Token);
            Assert.Contains(reason, new[] { VirConnectCloseReason.Eof, VirConnectCloseReason.Error });
            LibvirtConnectionLostException lost = await Assert.ThrowsAsync<LibvirtConnectionLostException>(
                () => events.FirstAsync(_ => true, Token).WaitAsync(s_patience, Token));
            Assert.Equal(reason, lost.Reason);
            Assert.False(await connection.IsAliveAsync(Token));
            await Assert.ThrowsAsync<LibvirtException>(() => domain.GetStateAsync(Token));
            await events.DisposeAsync();
        }

        Assert.Equal(before, CallbackRegistry.Count);
        Assert.Equal(strays, CallbackRegistry.StrayFrees);
    }

    [Fact]
    public async Task A_daemon_that_answers_no_more_is_noticed_by_keepalive()
    {
        using PrivateDaemon daemon = await PrivateDaemon.StartAsync(Token);
        LibvirtConnectionOptions options = new() { KeepAliveInterval = TimeSpan.FromSeconds(1), KeepAliveCount = 2 };
        await using LibvirtConnection connection =
            await LibvirtConnection.OpenAsync(daemon.TestUri, options, Token);

        daemon.Freeze();
        Task<string> stuck = connection.GetHostnameAsync(Token);

        Assert.Equal(VirConnectCloseReason.Keepalive, await connection.Closed.WaitAsync(s_patience, Token));
        await Assert.ThrowsAsync<LibvirtException>(() => stuck.WaitAsync(s_patience, Token));
    }

    [Fact]
    public async Task A_call_to_a_daemon_that_hangs_can_be_abandoned()
    {
        using PrivateDaemon daemon = await PrivateDaemon.StartAsync(Token);
        LibvirtConnectionOptions options = new() { KeepAliveInterval = TimeSpan.Zero };
        LibvirtConnection connection = await LibvirtConnection.OpenAsync(daemon.TestUri, options, Token);
        daemon.Freeze();
        using CancellationTokenSource cancellation = new();
        Task<string> stuck = connection.GetHostnameAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stuck.WaitAsync(s_patience, Token));
        daemon.Kill();
        await connection.DisposeAsync().AsTask().WaitAsync(s_patience, Token);
    }

    [Fact]
    public async Task Disposing_over_a_daemon_gives_up_every_reference()
    {
        using PrivateDaemon daemon = await PrivateDaemon.StartAsync(Token);
        LibvirtConnection connection = await LibvirtConnection.OpenAsync(daemon.TestUri, cancellationToken: Token);
        _ = await connection.Events.LifecycleAsync(cancellationToken: Token);
        _ = await connection.ListDomainsAsync(cancellationToken: Token);
        Version version = await connection.GetLibvirtVersionAsync(Token);
        nint native = connection.Handle.DangerousGetHandle();
        Assert.Equal(0, LibvirtNative.virConnectRef(native));

        await connection.DisposeAsync();

        Assert.True(version.Major >= 6);
        Assert.Equal(0, LibvirtNative.virConnectClose(native));
    }
}
