using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>
/// Another host takes a process at maintenance for dead, and its lock away: from then on it deletes nothing that
/// matters.
/// </summary>
public sealed class LostLockTests
{
    private static readonly RepositorySecret s_secret = new RepositorySecret.KeyFile(new byte[32]);
    private static readonly RepositorySecret s_other = new RepositorySecret.KeyFile(new byte[34]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gc_deletes_no_leftovers()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await scene.BackupAsync(Scene.Random(1, 3));
        await using (var given = await scene.BeginAsync(Scene.Random(2, 300))) await given.StoreAsync();
        await RefusesAsync(scene, "packs/", CollectAsync);
    }

    [Fact]
    public async Task Gc_deletes_no_merged_indexes()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        for (var i = 0; i < 5; i++) await scene.BackupAsync(Scene.Random(i, 3));
        await RefusesAsync(scene, "indexes/", CollectAsync);
    }

    [Fact]
    public async Task A_backup_that_merges_indexes_is_no_failure()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        for (var i = 0; i < 20; i++) await scene.BackupAsync(Scene.Random(i, 3));
        var store = new LockLosingStore(scene.Store, "indexes/");
        using var repository = await Repository.OpenAsync(store, Token);
        await IndexMerging.TryAsync(repository, Token);
        Assert.True(store.IsLost);
        Assert.Empty(store.DeletedSince);
    }

    [Fact]
    public async Task Repair_deletes_no_damaged_index()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await scene.BackupAsync(Scene.Random(1, 20));
        var index = Assert.Single(await scene.Store.ListAsync("indexes/", Token));
        await DamageAsync(scene, index, fromEnd: 3);
        await RefusesAsync(scene, "indexes/", RepairAsync);
    }

    [Fact]
    public async Task Repair_deletes_no_damaged_pack()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        // Nothing of it is listed, so no index is written anew on the way.
        await using (var given = await scene.BeginAsync(Scene.Random(2, 300))) await given.StoreAsync();
        var pack = (await scene.Store.ListAsync("packs/", Token))[0];
        await DamageAsync(scene, pack, fromEnd: 40);
        await RefusesAsync(scene, "packs/", RepairAsync);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_key_slot_is_deleted(bool isRotation)
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore(), s_secret);
        string slot;
        using (var repository = await scene.OpenAsync())
        {
            slot = (await repository.ListKeysAsync(Token))[0].Id;
            await repository.AddKeyAsync(new RepositorySecret.KeyFile(new byte[33]), "second", Token);
        }

        await RefusesAsync(scene, "keys/", isRotation
            ? repository => repository.RotateKeyAsync(s_secret, s_other, Token)
            : repository => repository.RemoveKeyAsync(slot, Token));
    }

    private static Task CollectAsync(Repository repository) =>
        new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);

    private static Task RepairAsync(Repository repository) => RepositoryRepairer.RepairAsync(repository, Token);

    private static Task DamageAsync(Scene scene, string key, int fromEnd) => scene.ReplaceAsync(key, content =>
    {
        content[^fromEnd] ^= 1;
        return content;
    });

    /// <summary>The lock goes when this folder is next listed or written to.</summary>
    private static async Task RefusesAsync(Scene scene, string folder, Func<Repository, Task> run)
    {
        var store = new LockLosingStore(scene.Store, folder);
        using var repository = await scene.Through(store).OpenAsync();
        var failure = await Assert.ThrowsAsync<BackupException>(() => run(repository));
        Assert.Contains("taken for dead", failure.Message, StringComparison.Ordinal);
        Assert.True(store.IsLost);
        Assert.Empty(store.DeletedSince);
    }

    /// <summary>Loses the first lock that is written, when a folder is used afterwards.</summary>
    private sealed class LockLosingStore(IBlobStore inner, string folder) : IBlobStore
    {
        private string? _lock;

        internal bool IsLost { get; private set; }

        /// <summary>Keys that matter and were deleted without a lock.</summary>
        internal List<string> DeletedSince { get; } = [];

        public string Location => inner.Location;

        public async Task<bool> PutIfAbsentAsync(
            string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            if (key.StartsWith("locks/", StringComparison.Ordinal)) _lock ??= key;
            else await UseAsync(key);
            return await inner.PutIfAbsentAsync(key, content, cancellationToken);
        }

        public ValueTask ReadAsync(
            string key, long offset, Memory<byte> target, CancellationToken cancellationToken) =>
            inner.ReadAsync(key, offset, target, cancellationToken);

        public Task<byte[]> ReadAllAsync(string key, CancellationToken cancellationToken) =>
            inner.ReadAllAsync(key, cancellationToken);

        public ValueTask<long?> GetLengthAsync(string key, CancellationToken cancellationToken) =>
            inner.GetLengthAsync(key, cancellationToken);

        public async Task<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
        {
            await UseAsync(prefix);
            return await inner.ListAsync(prefix, cancellationToken);
        }

        public Task DeleteAsync(string key, CancellationToken cancellationToken)
        {
            if (IsLost && key.Split('/')[0] is ("packs" or "indexes" or "keys")) DeletedSince.Add(key);
            return inner.DeleteAsync(key, cancellationToken);
        }

        private async Task UseAsync(string key)
        {
            if (_lock is null || IsLost || !key.StartsWith(folder, StringComparison.Ordinal)) return;
            IsLost = true;
            await inner.DeleteAsync(_lock, Token);
        }
    }
}
