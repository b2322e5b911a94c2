using LibvirtBackup.Domain.Tests.Repositories;
using LibvirtBackup.Domain.Tests.Restores;
using LibvirtBackup.Exports.Points;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maps;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>What is unpacked how often.</summary>
public sealed class ChunkCacheTests
{
    private const int Chunk = RestoreScene.Cluster;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_goes_through_once_leaves_nothing_and_the_second_time_is_kept_for_the_third()
    {
        await using var scene = await StartAsync();
        foreach (var unpacked in (int[])[16, 16, 0, 0])
            Assert.Equal(unpacked, await scene.CountAsync(async (chunk, bytes) =>
                await scene.Cache.ReadAsync(chunk, Chunk, 0, bytes, Token)));
    }

    [Fact]
    public async Task What_is_read_in_parts_is_unpacked_once()
    {
        await using var scene = await StartAsync();
        foreach (var unpacked in (int[])[16, 0])
            Assert.Equal(unpacked, await scene.CountAsync(async (chunk, bytes) =>
            {
                for (var at = 0; at < Chunk; at += Chunk / 4)
                    await scene.Cache.ReadAsync(chunk, Chunk, at, bytes.Slice(at, Chunk / 4), Token);
            }));
    }

    [Fact]
    public async Task What_was_read_ahead_is_there_when_it_is_asked_for_and_kept_from_the_second_time_on()
    {
        await using var scene = await StartAsync();
        foreach (var unpacked in (int[])[16, 0])
            Assert.Equal(unpacked, await scene.CountAsync(async (chunk, bytes) =>
            {
                scene.Cache.Expect(chunk, Chunk);
                while (!scene.Cache.TryRead(chunk, 0, bytes.Span)) await Task.Delay(1, Token);
            }));
    }

    private static async Task<Scene> StartAsync()
    {
        var files = new RestoreScene();
        using (var made = await files.CreateAsync()) await RestoreScene.CommitAsync(made, RestoreScene.MakeDisk());
        var store = new CountingBlobStore(new DirectoryBlobStore(files.RepositoryPath));
        var repository = await Repository.OpenAsync(store, Token);
        var disk = (await repository.GetPointAsync(RestoreScene.Point, Token)).Disks[0];
        var leaf = await repository.OpenMap(disk).ReadLeafAsync(0, Token);
        return new Scene(
            files, store, repository, [.. leaf.Where(entry => entry.Kind == EntryKind.Data).Take(16)
                .Select(entry => entry.Id)]);
    }

    private sealed class Scene(
        RestoreScene files, CountingBlobStore store, Repository repository, IReadOnlyList<ChunkId> chunks)
        : IAsyncDisposable
    {
        internal ChunkCache Cache { get; } = new(repository, limitBytes: 64 * Units.MiB);

        /// <returns>How often a pack was read.</returns>
        internal async Task<int> CountAsync(Func<ChunkId, Memory<byte>, Task> read)
        {
            var before = store.Reads;
            var bytes = new byte[Chunk];
            foreach (var chunk in chunks)
            {
                await read(chunk, bytes);
                Assert.Equal(chunk, repository.NameOf(bytes));
            }

            return store.Reads - before;
        }

        public ValueTask DisposeAsync()
        {
            Cache.Dispose();
            repository.Dispose();
            files.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
