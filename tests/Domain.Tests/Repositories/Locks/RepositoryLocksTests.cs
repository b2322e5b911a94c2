using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Locks;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Locks;

public sealed class RepositoryLocksTests
{
    private readonly MemoryBlobStore _store = new();
    private readonly RepositoryLocks _locks;

    public RepositoryLocksTests() =>
        _locks = new RepositoryLocks(_store, new DocumentStore(_store, keys: null), TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_do_not_hinder_each_other_and_are_gone_when_disposed()
    {
        var first = await _locks.TakeSessionAsync("one", Token);
        var second = await _locks.TakeSessionAsync("two", Token);
        Assert.Equal(
            new[] { first.Session, second.Session }.Order(),
            (await _locks.ListAsync(LockKind.Session, Token)).Select(held => held.Session).Order());
        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Empty(await _store.ListAsync(RepositoryLocks.Folder, Token));
    }

    [Fact]
    public async Task Maintenance_is_for_one_at_a_time()
    {
        var first = await _locks.TryTakeMaintenanceAsync("gc", Token);
        Assert.NotNull(first);
        Assert.Null(await _locks.TryTakeMaintenanceAsync("repair", Token));
        await first.DisposeAsync();
        await using var third = await _locks.TryTakeMaintenanceAsync("repair", Token);
        Assert.NotNull(third);
    }

    [Fact]
    public async Task Locks_of_the_dead_are_cleared_away_and_those_of_the_living_kept()
    {
        var now = TimeProvider.System.GetUtcNow();
        var me = ProcessIdentity.Current;
        await WriteAsync("gone", LockOwner.ThisHost, me with { ProcessId = int.MaxValue }, now);
        await WriteAsync("reused", LockOwner.ThisHost, me with { StartTime = me.StartTime - 1 }, now);
        await WriteAsync("boot", LockOwner.ThisHost, me with { BootId = "before" }, DateTimeOffset.UnixEpoch);
        await WriteAsync("quiet", "elsewhere", me, now - TimeSpan.FromMinutes(61));
        await WriteAsync("far", "elsewhere", me, now - TimeSpan.FromMinutes(59));
        await WriteAsync("alive", LockOwner.ThisHost, me, now - TimeSpan.FromDays(1));

        var held = await _locks.ListAsync(LockKind.Session, Token);

        Assert.Equal(["alive", "far"], held.Select(one => one.Session).Order());
        Assert.Equal(
            ["locks/alive-0.json", "locks/far-0.json"], await _store.ListAsync(RepositoryLocks.Folder, Token));
    }

    [Theory]
    [InlineData(-20, true)] // before the host was started: of its last boot
    [InlineData(-5, false)] // since: a machine with the same id, cloned
    public void A_lock_of_another_boot_is_dead_when_it_is_from_before_this_one(int minutes, bool isStale)
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        var held = new LockDocument
        {
            Kind = LockKind.Session,
            Host = LockOwner.ThisHost,
            Process = ProcessIdentity.Current with { BootId = "other" },
            Refreshed = now.AddMinutes(minutes),
            Purpose = "test",
        };
        Assert.Equal(isStale, LockOwner.IsStale(held, now, boot: now.AddMinutes(-10)));
        Assert.True(LockOwner.IsStale(held, now.AddMinutes(61), boot: now.AddDays(-1)));
    }

    [Fact]
    public async Task A_lock_that_is_taken_away_while_it_is_renewed_is_lost()
    {
        var clock = new TimerClock();
        var puts = 0;
        var stealing = new HookedBlobStore(_store, async _ =>
        {
            if (++puts < 2) return;
            foreach (var key in await _store.ListAsync(RepositoryLocks.Folder, Token))
                await _store.DeleteAsync(key, Token);
        });
        var locks = new RepositoryLocks(stealing, new DocumentStore(stealing, keys: null), clock);
        await using var held = await locks.TakeSessionAsync("one", Token);
        clock.Ring();
        Assert.False(await held.IsHeldAsync(Token)); // waits for the renewal
        Assert.Equal(2, puts);
        Assert.Empty(await _store.ListAsync(RepositoryLocks.Folder, Token));
    }

    [Fact]
    public async Task A_session_notices_that_its_lock_was_taken_away()
    {
        await using var held = await _locks.TakeSessionAsync("one", Token);
        Assert.True(await held.IsHeldAsync(Token));
        foreach (var key in await _store.ListAsync(RepositoryLocks.Folder, Token)) await _store.DeleteAsync(key, Token);
        Assert.False(await held.IsHeldAsync(Token));
    }

    [Fact]
    public async Task A_renewal_that_fails_leaves_the_lock_as_it_is_and_the_next_one_renews_it()
    {
        var clock = new TimerClock();
        // The lock is written; the first renewal finds no room.
        using var full = new FaultyBlobStore(_store, new Fault(StoreOperations.Put, 1, FaultKind.NoSpace));
        var locks = new RepositoryLocks(full, new DocumentStore(full, keys: null), clock);
        await using var held = await locks.TakeSessionAsync("one", Token);
        clock.Ring();
        Assert.True(await held.IsHeldAsync(Token)); // waits for the renewal
        full.AssertReached();
        Assert.Equal([$"locks/{held.Session}-0.json"], await _store.ListAsync(RepositoryLocks.Folder, Token));
        clock.Ring();
        Assert.True(await held.IsHeldAsync(Token));
        Assert.Equal([$"locks/{held.Session}-1.json"], await _store.ListAsync(RepositoryLocks.Folder, Token));
    }

    [Fact]
    public async Task A_lock_that_could_not_be_taken_leaves_nothing()
    {
        await _store.PutIfAbsentAsync("locks/damaged-0.json", new byte[] { 1 }, Token);
        await Assert.ThrowsAsync<BackupException>(() => _locks.TryTakeMaintenanceAsync("gc", Token));
        Assert.Equal(["locks/damaged-0.json"], await _store.ListAsync(RepositoryLocks.Folder, Token));
    }

    private Task<bool> WriteAsync(string session, string host, ProcessIdentity process, DateTimeOffset refreshed) =>
        new DocumentStore(_store, keys: null).WriteAsync(
            $"locks/{session}-0.json",
            new LockDocument
            {
                Kind = LockKind.Session,
                Host = host,
                Process = process,
                Refreshed = refreshed,
                Purpose = "test",
            },
            RepositoryJson.Default.LockDocument,
            Token);
}
