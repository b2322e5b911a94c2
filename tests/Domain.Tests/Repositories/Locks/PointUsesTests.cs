using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Domain.Tests.Repositories.Maintenance;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Locks;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Locks;

/// <summary>Points in use stay, whoever wants to remove them, and whoever of both comes first.</summary>
public sealed class PointUsesTests
{
    private const string Use = "booted";
    private readonly MemoryBlobStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_point_is_kept_as_long_as_it_is_served_or_marked()
    {
        var (scene, point) = await StartAsync();
        using var repository = await scene.OpenAsync();
        var serving = await repository.Uses.TakeAsync("serve", [point], Token);
        await repository.Uses.MarkAsync(Use, MarkOf(point), Token);
        await AssertKeptAsync(repository, point, "it is being read (serve, pid");
        Assert.Equal([point, point], (await repository.ListUsesAsync(Token)).Select(use => use.Point));
        await serving.DisposeAsync();

        await AssertKeptAsync(repository, point, "domain 'web-now' of host 'alpha' runs from it");
        await repository.Uses.MarkAsync(Use, MarkOf(point), Token);
        await scene.CollectAsync();
        await scene.HoldsAsync();

        await _store.DeleteAsync(PointUses.KeyOf(Use), Token);
        await scene.ForgetAsync(point);
        await scene.HoldsAsync();
        Assert.Empty(await _store.ListAsync(RepositoryLocks.Folder, Token));
    }

    [Fact]
    public async Task Who_begins_to_use_a_point_that_is_being_removed_waits_for_the_end_of_that()
    {
        var (scene, point) = await StartAsync();
        using var repository = await scene.OpenAsync();
        var removal = await repository.Locks.TakeAsync(LockKind.Removal, "forget", [point], Token);
        var serving = repository.Uses.TakeAsync("serve", [point], Token);
        var marking = repository.Uses.MarkAsync(Use, MarkOf(point), Token);
        await Assert.ThrowsAsync<TimeoutException>(
            () => Task.WhenAny(serving, marking).WaitAsync(TimeSpan.FromMilliseconds(200), Token));

        await repository.Points.DeleteAsync(point, Token);
        await removal.DisposeAsync();

        Assert.Equal(
            FailureKind.Failed, (await Assert.ThrowsAsync<BackupException>(async () => await serving)).Kind);
        await Assert.ThrowsAsync<BackupException>(() => marking);
        Assert.Empty(await _store.ListAsync(RepositoryLocks.Folder, Token));
        Assert.Empty(await _store.ListAsync(PointUses.Folder, Token));
    }

    [Fact]
    public async Task A_use_that_begins_just_before_the_removal_is_said_saves_the_point()
    {
        var (scene, point) = await StartAsync();
        using var repository = await scene.OpenAsync();
        RepositoryLock? serving = null;
        using var late = await scene.Through(new HookedBlobStore(_store, async key =>
        {
            if (key.StartsWith(RepositoryLocks.Folder, StringComparison.Ordinal) && serving is null)
                serving = await repository.Uses.TakeAsync("serve", [point], Token);
        })).OpenAsync();

        await AssertKeptAsync(late, point, "it is being read");
        await serving!.DisposeAsync();
        Assert.Empty(await _store.ListAsync(RepositoryLocks.Folder, Token));
    }

    [Fact]
    public async Task A_full_disk_lets_a_point_go()
    {
        var (scene, point) = await StartAsync();
        using var full = new FaultyBlobStore(_store, new Fault(StoreOperations.Put, 0, FaultKind.NoSpace));
        using var repository = await scene.Through(full).OpenAsync();
        await repository.ForgetAsync(point, Token);
        full.AssertReached();
        Assert.Empty((await repository.ListPointsAsync(Token)).Points);
    }

    [Fact]
    public async Task Nothing_is_deleted_where_somebody_else_has_removed_the_manifest_of_a_point_in_use()
    {
        var (scene, point) = await StartAsync();
        using var repository = await scene.OpenAsync();
        await repository.Uses.MarkAsync(Use, MarkOf(point), Token);
        await _store.DeleteAsync($"points/{point}.json", Token);
        var size = await scene.SizeAsync();

        var e = await Assert.ThrowsAsync<BackupException>(scene.CollectAsync);
        Assert.Equal(FailureKind.Integrity, e.Kind);
        Assert.Contains("domain 'web-now' of host 'alpha' runs from it", e.Message, StringComparison.Ordinal);
        Assert.Equal(size, await scene.SizeAsync());

        await _store.DeleteAsync(PointUses.KeyOf(Use), Token);
        await scene.CollectAsync();
        Assert.Equal(0, await scene.SizeAsync());
    }

    [Fact]
    public async Task A_damaged_mark_keeps_all_points_and_names_itself()
    {
        var (scene, point) = await StartAsync();
        using var repository = await scene.OpenAsync();
        await repository.Uses.MarkAsync(Use, MarkOf(point), Token);
        await scene.ReplaceAsync(PointUses.KeyOf(Use), content => content[..^1]);
        var e = await Assert.ThrowsAsync<BackupException>(() => repository.ForgetAsync(point, Token));
        Assert.Equal(FailureKind.Integrity, e.Kind);
        Assert.Contains("uses/booted.json", e.Message, StringComparison.Ordinal);
        await scene.HoldsAsync();
    }

    private async Task<(Scene Scene, string Point)> StartAsync()
    {
        var scene = await Scene.CreateAsync(_store);
        return (scene, await scene.BackupAsync(Scene.Random(seed: 1, chunks: 3)));
    }

    private static UseDocument MarkOf(string point) =>
        new() { Point = point, Domain = "web-now", Host = "alpha", Since = DateTimeOffset.UnixEpoch };

    private static async Task AssertKeptAsync(Repository repository, string point, string reason)
    {
        var e = await Assert.ThrowsAsync<BackupException>(() => repository.ForgetAsync(point, Token));
        Assert.Equal(FailureKind.Busy, e.Kind);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        _ = await repository.GetPointAsync(point, Token);
    }
}
