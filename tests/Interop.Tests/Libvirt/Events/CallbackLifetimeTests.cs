using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Events;

[Collection(EventLoopCollection.Name)]
public sealed class CallbackLifetimeTests
{
    private const int Rounds = 3000;
    private const int Workers = 4;

    private static readonly ParallelOptions s_parallel = new() { MaxDegreeOfParallelism = Workers };

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thousands_of_registrations_under_events_and_collections_are_freed_exactly_once()
    {
        using TestNode node = new();
        int before = CallbackRegistry.Count;
        int strays = CallbackRegistry.StrayFrees;
        int leaks = HandleLeaks.Count;
        await using (LibvirtConnection connection = await node.OpenAsync(null, Token))
        {
            using LibvirtDomain domain = await connection.LookupDomainAsync(TestNode.Machine, Token);
            using CancellationTokenSource stop = new();
            Task noise = MakeEventsAsync(domain, stop.Token);
            await Parallel.ForEachAsync(Enumerable.Range(0, Workers), s_parallel, async (worker, token) =>
            {
                for (int i = 0; i < Rounds / Workers; i++)
                {
                    EventSubscription<DomainLifecycleEvent> events = await connection.Events.LifecycleAsync(
                        worker % 2 == 0 ? domain : null, 4, token);
                    if (i % 50 == 0)
                        GC.Collect();
                    await events.DisposeAsync();
                }
            });
            await stop.CancelAsync();
            await noise;
        }

        await UntilAsync(() => CallbackRegistry.Count == before);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(strays, CallbackRegistry.StrayFrees);
        Assert.Equal(leaks, HandleLeaks.Count);
    }

    [Fact]
    public async Task Disposing_the_connection_frees_the_registrations_that_were_left()
    {
        using TestNode node = new();
        int before = CallbackRegistry.Count;
        int strays = CallbackRegistry.StrayFrees;
        for (int i = 0; i < 50; i++)
        {
            LibvirtConnection connection = await node.OpenAsync(null, Token);
            EventSubscription<DomainLifecycleEvent> events =
                await connection.Events.LifecycleAsync(cancellationToken: Token);
            Task<DomainLifecycleEvent> waiting = events.FirstAsync(_ => true, Token);

            await connection.DisposeAsync();

            await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(s_patience, Token));
            await events.DisposeAsync();
        }

        Assert.Equal(before, CallbackRegistry.Count);
        Assert.Equal(strays, CallbackRegistry.StrayFrees);
    }

    [Fact]
    public async Task A_subscription_and_its_connection_may_be_disposed_at_the_same_time()
    {
        using TestNode node = new();
        int before = CallbackRegistry.Count;
        for (int i = 0; i < 200; i++)
        {
            LibvirtConnection connection = await node.OpenAsync(null, Token);
            EventSubscription<DomainLifecycleEvent> events =
                await connection.Events.LifecycleAsync(cancellationToken: Token);

            await Task.WhenAll(
                Task.Run(() => events.DisposeAsync().AsTask(), Token),
                Task.Run(() => connection.DisposeAsync().AsTask(), Token)).WaitAsync(s_patience, Token);
        }

        Assert.Equal(before, CallbackRegistry.Count);
    }

    [Fact]
    public async Task A_registration_abandoned_by_its_caller_is_taken_back()
    {
        using TestNode node = new();
        await using LibvirtConnection connection = await node.OpenAsync(null, Token);
        int before = CallbackRegistry.Count;
        int kept = 0;
        Random random = new(7);
        for (int i = 0; i < 500; i++)
        {
            using CancellationTokenSource cancellation = new();
            Task<EventSubscription<DomainLifecycleEvent>> pending =
                connection.Events.LifecycleAsync(cancellationToken: cancellation.Token);
            Thread.SpinWait(random.Next(20_000));
            await cancellation.CancelAsync();
            try
            {
                await (await pending).DisposeAsync();
                kept++;
            }
            catch (OperationCanceledException)
            {
            }
        }

        TestContext.Current.SendDiagnosticMessage("{0} of 500 registrations won over their cancellation", kept);
        await UntilAsync(() => CallbackRegistry.Count == before);
    }

    private static async Task MakeEventsAsync(LibvirtDomain domain, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await domain.SuspendAsync(Token);
            await domain.ResumeAsync(Token);
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        long deadline = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, "the condition did not come true in time");
            await Task.Delay(10, Token);
        }
    }
}
