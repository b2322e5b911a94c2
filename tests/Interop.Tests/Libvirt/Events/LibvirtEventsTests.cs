using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Events;

[Collection(EventLoopCollection.Name)]
public sealed class LibvirtEventsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lifecycle_events_arrive_in_order_with_the_domain_they_are_about()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        await using EventSubscription<DomainLifecycleEvent> events =
            await connection.Events.LifecycleAsync(cancellationToken: Token);
        using LibvirtDomain domain = await connection.DefineDomainAsync(
            TestNode.DomainXml("two"), cancellationToken: Token);
        await domain.StartAsync(cancellationToken: Token);
        await domain.SuspendAsync(Token);
        await domain.ResumeAsync(Token);
        await domain.DestroyAsync(cancellationToken: Token);

        List<DomainLifecycleEvent> seen = await TakeAsync(events, 5);

        Assert.All(seen, one => Assert.Equal(domain.Identity, one.Domain));
        Assert.Equal(
            [
                VirDomainEventType.Defined,
                VirDomainEventType.Started,
                VirDomainEventType.Suspended,
                VirDomainEventType.Resumed,
                VirDomainEventType.Stopped,
            ],
            seen.Select(one => one.Type));
        Assert.Equal((int)VirDomainEventStoppedDetailType.Destroyed, seen[^1].Detail);
    }

    [Fact]
    public async Task A_subscription_for_one_domain_hears_nothing_of_others()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain one = await connection.LookupDomainAsync(TestNode.Machine, Token);
        using LibvirtDomain two = await connection.CreateDomainAsync(
            TestNode.DomainXml("two"), cancellationToken: Token);
        await using EventSubscription<DomainLifecycleEvent> events =
            await connection.Events.LifecycleAsync(one, cancellationToken: Token);

        await two.SuspendAsync(Token);
        await two.DestroyAsync(cancellationToken: Token);
        await one.SuspendAsync(Token);

        Assert.Equal(one.Identity, (await TakeAsync(events, 1))[0].Domain);
    }

    [Fact]
    public async Task Two_subscriptions_both_get_every_event()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);
        await using EventSubscription<DomainLifecycleEvent> first =
            await connection.Events.LifecycleAsync(cancellationToken: Token);
        await using EventSubscription<DomainLifecycleEvent> second =
            await connection.Events.LifecycleAsync(cancellationToken: Token);

        await domain.SuspendAsync(Token);

        Assert.Equal(await TakeAsync(first, 1), await TakeAsync(second, 1));
    }

    [Fact]
    public async Task Waiting_for_a_condition_consumes_what_comes_before_it()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);
        await using EventSubscription<DomainLifecycleEvent> events =
            await connection.Events.LifecycleAsync(cancellationToken: Token);
        await domain.SuspendAsync(Token);
        await domain.ResumeAsync(Token);
        await domain.SuspendAsync(Token);

        DomainLifecycleEvent resumed = await events
            .FirstAsync(one => one.Type == VirDomainEventType.Resumed, Token).WaitAsync(s_patience, Token);

        Assert.Equal(VirDomainEventType.Resumed, resumed.Type);
        Assert.Equal(VirDomainEventType.Suspended, (await TakeAsync(events, 1))[0].Type);
        using CancellationTokenSource short_ = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => events.FirstAsync(_ => true, short_.Token));
    }

    [Fact]
    public async Task A_reader_that_falls_behind_gets_what_was_kept_and_then_an_exception()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);
        await using EventSubscription<DomainLifecycleEvent> slow =
            await connection.Events.LifecycleAsync(capacity: 3, cancellationToken: Token);
        await using EventSubscription<DomainLifecycleEvent> fast =
            await connection.Events.LifecycleAsync(cancellationToken: Token);

        for (int i = 0; i < 5; i++)
        {
            await domain.SuspendAsync(Token);
            await domain.ResumeAsync(Token);
        }

        // The other reader loses nothing, so the loop was not held up.
        Assert.Equal(10, (await TakeAsync(fast, 10)).Count);
        List<DomainLifecycleEvent> kept = [];
        EventsLostException lost = await Assert.ThrowsAsync<EventsLostException>(async () =>
        {
            await foreach (DomainLifecycleEvent one in slow.WithCancellation(Token))
                kept.Add(one);
        });
        Assert.Equal(3, lost.Capacity);
        Assert.Equal(3, kept.Count);
    }

    [Fact]
    public async Task Disposing_ends_the_stream_and_the_registration()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        int before = CallbackRegistry.Count;
        EventSubscription<DomainLifecycleEvent> events =
            await connection.Events.LifecycleAsync(cancellationToken: Token);
        Assert.Equal(before + 1, CallbackRegistry.Count);
        Task<DomainLifecycleEvent> waiting = events.FirstAsync(_ => true, Token);

        await events.DisposeAsync();
        await events.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(s_patience, Token));
        Assert.Equal(before, CallbackRegistry.Count);
    }

    [Fact]
    public async Task A_registration_that_libvirt_refuses_leaves_nothing_behind()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        int before = CallbackRegistry.Count;

        LibvirtException error = await Assert.ThrowsAsync<LibvirtException>(
            () => connection.Events.QemuMonitorAsync("STOP", cancellationToken: Token));

        Assert.Equal(VirErrorNumber.NoSupport, error.Code);
        Assert.Equal(before, CallbackRegistry.Count);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => connection.Events.LifecycleAsync(capacity: 0, cancellationToken: Token));
    }

    [Fact]
    public async Task Every_kind_of_event_can_be_registered_and_ended()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        LibvirtEvents events = connection.Events;
        int before = CallbackRegistry.Count;
        List<IAsyncDisposable> all =
        [
            await events.LifecycleAsync(cancellationToken: Token),
            await events.BlockJobsAsync(cancellationToken: Token),
            await events.JobsCompletedAsync(cancellationToken: Token),
            await events.BlockThresholdsAsync(cancellationToken: Token),
            await events.DevicesAddedAsync(cancellationToken: Token),
            await events.DevicesRemovedAsync(cancellationToken: Token),
            await events.AgentLifecycleAsync(cancellationToken: Token),
            await events.IoErrorsAsync(cancellationToken: Token),
        ];
        Assert.Equal(before + all.Count, CallbackRegistry.Count);

        foreach (IAsyncDisposable one in all)
            await one.DisposeAsync();

        Assert.Equal(before, CallbackRegistry.Count);
    }

    private static async Task<List<DomainLifecycleEvent>> TakeAsync(
        EventSubscription<DomainLifecycleEvent> events, int count)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(s_patience);
        List<DomainLifecycleEvent> taken = [];
        await foreach (DomainLifecycleEvent one in events.WithCancellation(limit.Token))
        {
            taken.Add(one);
            if (taken.Count == count)
                break;
        }

        return taken;
    }
}
