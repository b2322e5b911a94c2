using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories.Blobs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories;

public sealed class FaultyBlobStoreTests
{
    private readonly MemoryBlobStore _inner = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FaultKind.InputOutputError, 5, null)]
    [InlineData(FaultKind.NoSpace, 28, null)]
    [InlineData(FaultKind.ShortWrite, 5, 2L)]
    [InlineData(FaultKind.LostAnswer, 5, 4L)]
    public async Task The_planned_put_fails_as_the_system_says_it_and_the_others_do_not(
        object kind, int errno, long? leftBytes)
    {
        var store = new FaultyBlobStore(_inner, new Fault(StoreOperations.Put, 1, (FaultKind)kind));
        Assert.True(await store.PutIfAbsentAsync("0", new byte[4], Token));
        Assert.False(store.FaultReached);
        var e = await Assert.ThrowsAsync<IOException>(() => store.PutIfAbsentAsync("1", new byte[4], Token));
        Assert.Equal(errno, e.HResult);
        Assert.Equal(leftBytes, await _inner.GetLengthAsync("1", Token));
        Assert.True(await store.PutIfAbsentAsync("2", new byte[4], Token));
        store.AssertReached();
    }

    [Fact]
    public async Task A_full_disk_stays_full()
    {
        var store = new FaultyBlobStore(_inner, writesBeforeFault: 1);
        await store.PutIfAbsentAsync("0", new byte[4], Token);
        await Assert.ThrowsAsync<IOException>(() => store.PutIfAbsentAsync("1", new byte[4], Token));
        await Assert.ThrowsAsync<IOException>(() => store.PutIfAbsentAsync("2", new byte[4], Token));
        await store.DeleteAsync("0", Token);
    }

    [Fact]
    public async Task An_interruption_cancels_and_a_delay_waits()
    {
        var interrupted = new FaultyBlobStore(_inner, new Fault(StoreOperations.List, 0, FaultKind.Interruption));
        await interrupted.ListAsync("x/", Token);
        Assert.True(interrupted.Interruption.IsCancellationRequested);

        var delayed = new FaultyBlobStore(_inner, new Fault(StoreOperations.Delete, 0, FaultKind.Delay, Folder: "x/"));
        await delayed.DeleteAsync("y/1", Token);
        var waiting = delayed.DeleteAsync("x/1", Token);
        await delayed.WhenReached;
        Assert.False(waiting.IsCompleted);
        delayed.Release();
        await waiting;
    }

    [Fact]
    public void A_planned_fault_that_was_not_reached_fails_the_test()
    {
        var store = new FaultyBlobStore(_inner, writesBeforeFault: 0);
        Assert.ThrowsAny<Exception>(store.AssertReached);
    }
}
