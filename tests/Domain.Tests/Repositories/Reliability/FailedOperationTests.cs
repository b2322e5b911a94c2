using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// The n-th operation fails, for n = 1, 2, ... until nothing fails any more: whatever came of the backup, all points
/// that exist restore right, and the next backup succeeds.
/// </summary>
public sealed class FailedOperationTests
{
    private const int Clusters = 12;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Faults => new(
        from kind in Enum.GetNames<FaultKind>()
        where kind is not (nameof(FaultKind.Delay) or nameof(FaultKind.ShortWrite))
        from encryption in Enumerable.Range(0, 2)
        select (kind, encryption == 1));

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Any_operation_of_a_backup_may_fail(string kind, bool isEncrypted)
    {
        var (reached, failed) = (0, 0);
        for (var isClean = false; !isClean;)
        {
            var (scene, store, disk, parent) = await StartAsync(isEncrypted);
            using var faulty = new FaultyBlobStore(
                store, new Fault(StoreOperations.All, reached, Enum.Parse<FaultKind>(kind)));
            var isDone = await TryBackUpAsync(scene, faulty, disk, parent);
            isClean = !faulty.FaultReached;
            if (!isClean) reached++;
            if (!isDone) failed++;
            Assert.True(isDone || !isClean, "a backup failed without a fault");

            var when = $"operation {reached} failed with {kind}";
            var points = await scene.AssertAllRestoreAsync(store, when, Token);
            Assert.Contains(parent.Id, points);
            Assert.True(!isDone || points.Count == 2, when);
            await BackUpAgainAsync(scene, store, disk);
        }

        Assert.InRange(reached, 12, 1000);
        Assert.InRange(failed, 6, reached);
    }

    [Theory]
    [InlineData(nameof(FaultKind.InputOutputError), true)]
    [InlineData(nameof(FaultKind.NoSpace), false)]
    [InlineData(nameof(FaultKind.LostAnswer), true)]
    [InlineData(nameof(FaultKind.Interruption), false)]
    public async Task Any_operation_of_gc_may_fail(string kind, bool isEncrypted)
    {
        var (scene, blobs, points) = await GarbageScene.MakeAsync(isEncrypted, Token);
        foreach (var gone in GarbageScene.Forgotten(points)) blobs = blobs.Remove($"points/{gone}.json");
        var kept = points.Except(GarbageScene.Forgotten(points)).ToList();
        for (var (reached, isClean) = (0, false); !isClean; reached++)
        {
            var store = await CrashImage.OpenAsync(blobs);
            using var faulty = new FaultyBlobStore(
                store, new Fault(StoreOperations.All, reached, Enum.Parse<FaultKind>(kind)));
            var isDone = await TryCollectAsync(scene, faulty);
            isClean = !faulty.FaultReached;
            Assert.True(isDone || !isClean, "gc failed without a fault");
            var when = $"operation {reached} of gc failed with {kind}";
            Assert.Equal(kept, await scene.AssertAllRestoreAsync(store, when, Token));

            // A lock may be left when its deletion failed; it is of this process, which lives.
            foreach (var key in await store.ListAsync("locks/", Token)) await store.DeleteAsync(key, Token);
            using (var repository = await scene.OpenAsync(store, Token))
                await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
            Assert.Equal(kept, await scene.AssertAllRestoreAsync(store, $"{when}, and gc again", Token));
            Assert.Empty(await store.ListAsync("condemned/", Token));
            Assert.True(!isClean || reached > 40, $"only {reached} operations");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pack_that_was_left_cut_is_not_taken_for_stored(bool isEncrypted)
    {
        var (scene, store, disk, parent) = await StartAsync(isEncrypted);
        using var faulty = new FaultyBlobStore(
            store, new Fault(StoreOperations.Put, 0, FaultKind.ShortWrite, Folder: "packs/"));
        Assert.False(await TryBackUpAsync(scene, faulty, disk, parent));
        faulty.AssertReached();
        Assert.Equal([parent.Id], await scene.AssertAllRestoreAsync(store, "a pack was cut", Token));
        using (var repository = await scene.OpenAsync(store, Token))
            await scene.BackUpAsync(repository, disk, parent, Token);
        await scene.AssertAllRestoreAsync(store, "and the same backup again", Token);
    }

    [Theory]
    [InlineData("indexes/", false)]
    [InlineData("indexes/", true)]
    [InlineData("points/", false)]
    [InlineData("points/", true)]
    public async Task An_index_or_manifest_that_was_left_cut_is_named_and_nothing_else_is_lost(
        string folder, bool isEncrypted)
    {
        var (scene, store, disk, parent) = await StartAsync(isEncrypted);
        var before = await store.ListAsync(folder, Token);
        using var faulty = new FaultyBlobStore(
            store, new Fault(StoreOperations.Put, 0, FaultKind.ShortWrite, Folder: folder));
        Assert.False(await TryBackUpAsync(scene, faulty, disk, parent));
        faulty.AssertReached();
        var cut = Assert.Single((await store.ListAsync(folder, Token)).Except(before));

        var e = await Assert.ThrowsAsync<BackupException>(() => scene.AssertAllRestoreAsync(store, "", Token));
        Assert.Equal(FailureKind.Integrity, e.Kind);
        Assert.Contains(cut, e.Message, StringComparison.Ordinal);

        await store.DeleteAsync(cut, Token);
        Assert.Equal([parent.Id], await scene.AssertAllRestoreAsync(store, "the cut file is gone", Token));
        await BackUpAgainAsync(scene, store, disk);
    }

    /// <summary>A repository with one point, and a disk that was written since.</summary>
    private static async Task<(RepositoryScene, MemoryBlobStore, SimulatedDisk, RestorePoint)> StartAsync(
        bool isEncrypted)
    {
        var scene = new RepositoryScene(isEncrypted);
        var store = new MemoryBlobStore();
        var disk = RepositoryScene.MakeDisk(Clusters, seed: 1);
        using var repository = await scene.CreateAsync(store, Token);
        var parent = await scene.BackUpAsync(repository, disk, parent: null, Token);
        var random = new Random(2);
        for (var i = 0; i < 5; i++) RepositoryScene.WriteCluster(disk, random.Next(Clusters), random);
        return (scene, store, disk, parent);
    }

    /// <returns>False when the backup failed, as it may.</returns>
    private static async Task<bool> TryBackUpAsync(
        RepositoryScene scene, FaultyBlobStore faulty, SimulatedDisk disk, RestorePoint parent)
    {
        try
        {
            using var repository = await scene.OpenAsync(faulty, Token);
            await scene.BackUpAsync(repository, disk, parent, faulty.Interruption);
            return true;
        }
        catch (Exception e) when (e is IOException or BackupException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> TryCollectAsync(RepositoryScene scene, FaultyBlobStore faulty)
    {
        try
        {
            using var repository = await scene.OpenAsync(faulty, Token);
            await new GarbageCollector(TimeProvider.System).CollectAsync(repository, faulty.Interruption);
            return true;
        }
        catch (Exception e) when (e is IOException or BackupException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task BackUpAgainAsync(RepositoryScene scene, MemoryBlobStore store, SimulatedDisk disk)
    {
        using (var repository = await scene.OpenAsync(store, Token))
            await scene.BackUpAsync(repository, disk, parent: null, Token);
        await scene.AssertAllRestoreAsync(store, "and the next backup", Token);
    }
}
