using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Packs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Sessions;

public sealed class BlobWriterTests
{
    private readonly MemoryBlobStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_long_session_writes_several_packs_and_all_blobs_come_back()
    {
        using var repository = await CreateAsync();
        var random = new Random(3);
        var blobs = Enumerable.Range(0, 700).Select(_ => Bytes(random, random.Next(1, 100_000))).ToList();
        var ids = new ChunkId[blobs.Count];
        await using (var writer = await repository.BeginWriteAsync("test", Token))
        {
            await Parallel.ForAsync(0, blobs.Count, Token, async (i, token) =>
                ids[i] = (await writer.AddAsync(blobs[i], token)).Id);
            await writer.FinishAsync(Token);
        }

        using var reopened = await Repository.OpenAsync(_store, Token);
        for (var i = 0; i < blobs.Count; i++) Assert.Equal(blobs[i], await reopened.Reader.ReadAsync(ids[i], Token));
        Assert.InRange((await _store.ListAsync(PackFormat.Folder, Token)).Count, 2, 5);
        Assert.Single(await _store.ListAsync(IndexFormat.Folder, Token));
        Assert.Empty(await _store.ListAsync(RepositoryLocks.Folder, Token));
    }

    [Fact]
    public async Task A_blob_that_another_session_has_stored_meanwhile_is_found_by_the_next()
    {
        using var repository = await CreateAsync();
        var blob = Bytes(new Random(1), 5000);
        Assert.True(await StoreAsync(repository, blob) > 5000);
        Assert.Equal(0, await StoreAsync(repository, blob));
        using var other = await Repository.OpenAsync(_store, Token);
        Assert.Equal(0, await StoreAsync(other, blob));
    }

    [Fact]
    public async Task Blobs_of_a_pack_that_is_lost_or_cut_are_stored_again_and_the_loss_is_told()
    {
        using var repository = await CreateAsync();
        var blob = Bytes(new Random(1), 5000);
        await StoreAsync(repository, blob);
        var pack = Assert.Single(await _store.ListAsync(PackFormat.Folder, Token));
        var content = await _store.ReadAllAsync(pack, Token);
        await _store.DeleteAsync(pack, Token);
        await _store.PutIfAbsentAsync(pack, content.AsMemory(0, content.Length - 1), Token);

        await using var writer = await repository.BeginWriteAsync("test", Token);
        // A blob beside it, so that the new pack is another one.
        await writer.AddAsync(Bytes(new Random(2), 100), Token);
        var (id, stored) = await writer.AddAsync(blob, Token);
        await writer.FinishAsync(Token);

        Assert.True(stored > 5000);
        Assert.EndsWith(Assert.Single(writer.LostPacks).ToString(), pack, StringComparison.Ordinal);
        Assert.Equal(blob, await repository.Reader.ReadAsync(id, Token));
    }

    [Fact]
    public async Task Condemned_packs_count_as_absent()
    {
        using var repository = await CreateAsync();
        var blob = Bytes(new Random(1), 5000);
        await StoreAsync(repository, blob);
        var pack = Assert.Single(await _store.ListAsync(PackFormat.Folder, Token)).Split('/')[^1];
        await new DocumentStore(_store, keys: null).WriteAsync(
            "condemned/1.json", new CondemnedDocument([pack]), RepositoryJson.Default.CondemnedDocument, Token);
        Assert.True(await StoreAsync(repository, blob) > 5000);
    }

    [Fact]
    public async Task A_blob_that_was_found_damaged_is_stored_again_unless_a_copy_is_whole()
    {
        using var repository = await CreateAsync();
        var blob = Bytes(new Random(1), 5000);
        await StoreAsync(repository, blob);
        var key = Assert.Single(await _store.ListAsync(PackFormat.Folder, Token));
        var content = await _store.ReadAllAsync(key, Token);
        content[1000] ^= 1;
        await _store.DeleteAsync(key, Token);
        await _store.PutIfAbsentAsync(key, content, Token);
        var id = ChunkId.Compute(blob);
        await new DocumentStore(_store, keys: null).WriteAsync(
            "damaged/1.json", new DamagedDocument([id.ToString()], []), RepositoryJson.Default.DamagedDocument, Token);

        Assert.True(await StoreAsync(repository, blob) > 5000);
        Assert.Equal(blob, await repository.Reader.ReadAsync(id, Token));
        Assert.Equal(0, await StoreAsync(repository, blob));
    }

    [Fact]
    public async Task A_session_whose_lock_was_taken_for_stale_does_not_finish()
    {
        using var repository = await CreateAsync();
        await using var writer = await repository.BeginWriteAsync("test", Token);
        await writer.AddAsync(new byte[] { 1 }, Token);
        foreach (var key in await _store.ListAsync(RepositoryLocks.Folder, Token)) await _store.DeleteAsync(key, Token);
        await Assert.ThrowsAsync<BackupException>(() => writer.FinishAsync(Token));
    }

    private Task<Repository> CreateAsync() =>
        Repository.CreateAsync(_store, new RepositoryOptions(), TimeProvider.System, Token);

    private static async Task<int> StoreAsync(Repository repository, byte[] blob)
    {
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var (_, stored) = await writer.AddAsync(blob, Token);
        await writer.FinishAsync(Token);
        return stored;
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
