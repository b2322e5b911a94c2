using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Libvirt.Scheduling;

public sealed class LibvirtSchedulerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_runs_on_a_named_background_thread_outside_the_pool()
    {
        using LibvirtScheduler scheduler = new("unit");

        (string? name, bool background, bool pool) = await scheduler.RunAsync(
            () =>
            {
                Thread me = Thread.CurrentThread;
                return (me.Name, me.IsBackground, me.IsThreadPoolThread);
            },
            Token);

        Assert.Equal("unit 1", name);
        Assert.True(background);
        Assert.False(pool);
    }

    [Fact]
    public async Task The_continuation_does_not_run_on_the_thread_of_the_call()
    {
        using LibvirtScheduler scheduler = new("unit", 1);

        Thread continuation = await scheduler.RunAsync(() => Thread.CurrentThread, Token).ContinueWith(
            _ => Thread.CurrentThread, Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        Assert.NotEqual("unit 1", continuation.Name);
    }

    [Fact]
    public async Task An_exception_reaches_the_caller_and_the_thread_lives_on()
    {
        using LibvirtScheduler scheduler = new("unit", 1);

        await Assert.ThrowsAsync<InvalidDataException>(
            () => scheduler.RunAsync(() => throw new InvalidDataException(), Token));

        Assert.Equal(1, await scheduler.RunAsync(() => 1, Token));
        Assert.Equal(1, scheduler.ThreadCount);
    }

    [Fact]
    public async Task A_call_cancelled_before_it_starts_is_removed_and_never_runs()
    {
        using LibvirtScheduler scheduler = new("unit", 1);
        using ManualResetEventSlim gate = new();
        using CancellationTokenSource cancellation = new();
        using ManualResetEventSlim started = new();
        bool ran = false;
        Task blocker = scheduler.RunAsync(
            () =>
            {
                started.Set();
                gate.Wait(s_patience);
            },
            Token);
        Assert.True(started.Wait(s_patience, Token));
        Task<bool> queued = scheduler.RunAsync(() => ran = true, cancellation.Token);

        await cancellation.CancelAsync();
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        int left = scheduler.QueuedCount;
        gate.Set();
        await blocker;
        await scheduler.RunAsync(() => { }, Token);

        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.Equal(0, left);
        Assert.False(ran);
    }

    [Fact]
    public async Task A_token_cancelled_beforehand_queues_nothing()
    {
        using LibvirtScheduler scheduler = new("unit", 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => scheduler.RunAsync(() => 1, new CancellationToken(canceled: true)));

        Assert.Equal(0, scheduler.ThreadCount);
    }

    [Fact]
    public async Task A_call_cancelled_after_it_started_ends_for_the_caller_and_its_result_is_disposed()
    {
        using LibvirtScheduler scheduler = new("unit", 1);
        using ManualResetEventSlim started = new();
        using ManualResetEventSlim gate = new();
        using CancellationTokenSource cancellation = new();
        using MemoryStream result = new();
        Task<MemoryStream> call = scheduler.RunAsync(
            () =>
            {
                started.Set();
                gate.Wait(s_patience);
                return result;
            },
            cancellation.Token);
        Assert.True(started.Wait(s_patience, Token));

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(result.CanRead);
        gate.Set();
        await scheduler.RunAsync(() => { }, Token);

        Assert.False(result.CanRead);
    }

    [Fact]
    public async Task What_an_abandoned_call_lists_is_disposed_too()
    {
        using LibvirtScheduler scheduler = new("unit", 1);
        using ManualResetEventSlim started = new();
        using ManualResetEventSlim gate = new();
        using CancellationTokenSource cancellation = new();
        MemoryStream[] result = [new(), new()];
        Task<IReadOnlyList<MemoryStream>> call = scheduler.RunAsync<IReadOnlyList<MemoryStream>>(
            () =>
            {
                started.Set();
                gate.Wait(s_patience);
                return result;
            },
            cancellation.Token);
        Assert.True(started.Wait(s_patience, Token));

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        gate.Set();
        await scheduler.RunAsync(() => { }, Token);

        Assert.All(result, stream => Assert.False(stream.CanRead));
    }

    [Fact]
    public async Task The_exception_of_an_abandoned_call_is_dropped_and_the_thread_lives_on()
    {
        using LibvirtScheduler scheduler = new("unit", 1);
        using ManualResetEventSlim started = new();
        using ManualResetEventSlim gate = new();
        using CancellationTokenSource cancellation = new();
        Task call = scheduler.RunAsync(
            () =>
            {
                started.Set();
                gate.Wait(s_patience);
                throw new InvalidDataException();
            },
            cancellation.Token);
        Assert.True(started.Wait(s_patience, Token));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        gate.Set();

        Assert.Equal(7, await scheduler.RunAsync(() => 7, Token));
    }

    [Fact]
    public async Task No_more_calls_run_at_once_than_there_are_threads()
    {
        using LibvirtScheduler scheduler = new("unit", 3);
        using Barrier three = new(3); // each call waits until two others run beside it
        int running = 0;
        int most = 0;

        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => scheduler.RunAsync(
            () =>
            {
                int now = Interlocked.Increment(ref running);
                InterlockedMaximum(ref most, now);
                Assert.True(three.SignalAndWait(s_patience, Token));
                Interlocked.Decrement(ref running);
            },
            Token)));

        Assert.InRange(most, 1, 3);
        Assert.InRange(scheduler.ThreadCount, 1, 3);
    }

    [Fact]
    public async Task A_blocked_call_does_not_hold_up_another()
    {
        using LibvirtScheduler scheduler = new("unit", 2);
        using ManualResetEventSlim gate = new();
        Task blocker = scheduler.RunAsync(() => gate.Wait(s_patience), Token);

        Assert.Equal(1, await scheduler.RunAsync(() => 1, Token).WaitAsync(s_patience, Token));

        gate.Set();
        await blocker;
    }

    [Fact]
    public async Task Calls_of_one_thread_run_in_order()
    {
        using LibvirtScheduler scheduler = new("unit", 1);
        List<int> order = [];

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => scheduler.RunAsync(() => order.Add(i), Token)));

        Assert.Equal(Enumerable.Range(0, 100), order);
    }

    [Fact]
    public async Task Disposing_runs_what_is_queued_then_ends_the_threads_and_refuses_more()
    {
        LibvirtScheduler scheduler = new("unit", 1);
        using ManualResetEventSlim gate = new();
        Task blocker = scheduler.RunAsync(() => gate.Wait(s_patience), Token);
        Task<int> queued = scheduler.RunAsync(() => 5, Token);

        scheduler.Dispose();
        Assert.Throws<ObjectDisposedException>(() => { _ = scheduler.RunAsync(() => 1, Token); });
        Assert.False(scheduler.Completion.IsCompleted);
        gate.Set();

        await blocker;
        Assert.Equal(5, await queued);
        await scheduler.Completion.WaitAsync(s_patience, Token);
        Assert.Equal(0, scheduler.ThreadCount);
    }

    [Fact]
    public void Disposing_an_unused_scheduler_completes_it_at_once()
    {
        LibvirtScheduler scheduler = new("unit");

        scheduler.Dispose();

        Assert.True(scheduler.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Random_cancellation_never_loses_a_call_or_a_result()
    {
        using LibvirtScheduler scheduler = new("unit", 4);
        int ran = 0;
        int kept = 0;
        int discarded = 0;
        Random random = new(20240607);
        List<Task> calls = [];
        for (int i = 0; i < 2000; i++)
        {
            CancellationTokenSource cancellation = new();
            calls.Add(CallAsync(scheduler.RunAsync(
                () => Interlocked.Increment(ref ran),
                _ => Interlocked.Increment(ref discarded),
                cancellation.Token)));
            if (random.Next(2) == 0)
                await cancellation.CancelAsync();
        }

        await Task.WhenAll(calls);
        scheduler.Dispose();
        await scheduler.Completion.WaitAsync(s_patience, Token);

        Assert.Equal(ran, kept + discarded);
        Assert.InRange(kept, 1, 2000);

        async Task CallAsync(Task<int> call)
        {
            try
            {
                await call;
                Interlocked.Increment(ref kept);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }

    private static void InterlockedMaximum(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen)
            seen = Interlocked.CompareExchange(ref target, value, seen) is var was && was == seen ? value : was;
    }
}
