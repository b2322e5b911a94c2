using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

public sealed class IndexMergingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_small_indexes_become_one_and_every_blob_is_found_by_readers_that_knew_the_old_ones()
    {
        var store = new MemoryBlobStore();
        using var repository = await Repository.CreateAsync(
            store, new RepositoryOptions(), TimeProvider.System, Token);
        using var reader = await Repository.OpenAsync(store, Token);
        var ids = new List<ChunkId>();
        for (var i = 0; i < 40; i++)
        {
            await using var writer = await repository.BeginWriteAsync("test", Token);
            ids.Add((await writer.AddAsync(BitConverter.GetBytes(i), Token)).Id);
            await writer.FinishAsync(Token);
            if (i == 14) Assert.Equal(BitConverter.GetBytes(0), await reader.Reader.ReadAsync(ids[0], Token));
            await IndexMerging.TryAsync(repository, Token);
        }

        Assert.InRange((await store.ListAsync(IndexFormat.Folder, Token)).Count, 1, 15);
        for (var i = 0; i < 40; i++)
            Assert.Equal(BitConverter.GetBytes(i), await reader.Reader.ReadAsync(ids[i], Token));
    }

    [Fact]
    public async Task Nothing_is_merged_while_somebody_does_maintenance()
    {
        var store = new MemoryBlobStore();
        using var repository = await Repository.CreateAsync(
            store, new RepositoryOptions(), TimeProvider.System, Token);
        await using var held = await repository.Locks.TryTakeMaintenanceAsync("gc", Token);
        for (var i = 0; i < 20; i++)
        {
            await using var writer = await repository.BeginWriteAsync("test", Token);
            await writer.AddAsync(BitConverter.GetBytes(i), Token);
            await writer.FinishAsync(Token);
            await IndexMerging.TryAsync(repository, Token);
        }

        Assert.Equal(20, (await store.ListAsync(IndexFormat.Folder, Token)).Count);
    }
}
