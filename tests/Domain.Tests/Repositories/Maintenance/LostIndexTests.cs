using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>An index is lost, and gc comes before anybody has noticed: repair still brings everything back.</summary>
public sealed class LostIndexTests
{
    private const string Next = "run 'lvbackup repair'";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Packs_with_chunks_that_no_index_lists_stay_and_repair_brings_all_points_back()
    {
        var scene = await CreateAsync();
        var index = (await scene.Store.ListAsync("indexes/", Token)).Single(key => key != scene.SmallIndex);
        await scene.Scene.Store.DeleteAsync(index, Token);

        using (var repository = await scene.Scene.OpenAsync())
        {
            var estimate = await new GarbageCollector(TimeProvider.System).EstimateAsync(repository, Token);
            Assert.Contains(Next, Assert.Single(estimate.Warnings), StringComparison.Ordinal);
            Assert.Equal(0, estimate.RemovedBytes);
        }

        await BringsBackAsync(scene.Scene);
    }

    [Fact]
    public async Task Nothing_goes_when_a_node_is_listed_nowhere()
    {
        var scene = await CreateAsync();
        await scene.Store.DeleteAsync(scene.SmallIndex, Token);
        var packs = await scene.Store.ListAsync("packs/", Token);
        var failure = await Assert.ThrowsAsync<BackupException>(scene.Scene.CollectAsync);
        Assert.Equal(FailureKind.Integrity, failure.Kind);
        Assert.Equal(packs, await scene.Store.ListAsync("packs/", Token));
        await RepairAsync(scene.Scene);
        await scene.Scene.HoldsAsync();
    }

    [Fact]
    public async Task A_pack_stays_of_which_only_needless_blobs_are_listed()
    {
        var scene = await CreateAsync();
        // The other index is cut in two: what the point needs, which is lost, and the rest.
        using (var repository = await scene.Scene.OpenAsync())
        {
            var large = (await repository.Index.GetFilesAsync(Token)).Single(file => file.Key != scene.SmallIndex);
            var entries = new List<IndexEntry>();
            for (var block = 0; block < large.BlockCount; block++)
                entries.AddRange(await large.ReadBlockAsync(block, Token));
            var needed = Enumerable.Range(0, 10)
                .Select(i => repository.NameOf(scene.Bytes.AsSpan(i * Scene.Chunk, Scene.Chunk))).ToHashSet();
            var (id, content) = IndexWriter.Write(
                large.Packs, entries.Where(entry => !needed.Contains(entry.Id)).ToArray());
            await scene.Store.PutIfAbsentAsync(IndexFormat.KeyOf(id), content, Token);
            await scene.Store.DeleteAsync(large.Key, Token);
        }

        await BringsBackAsync(scene.Scene);
    }

    [Fact]
    public async Task A_damaged_index_stays_until_what_it_had_is_written()
    {
        var store = new MemoryBlobStore();
        var scene = await Scene.CreateAsync(store);
        await scene.BackupAsync(Scene.Random(1, 200));
        var index = Assert.Single(await store.ListAsync("indexes/", Token));
        await scene.ReplaceAsync(index, content =>
        {
            content[^3] ^= 1;
            return content;
        });
        var written = new List<string>();
        var watched = new HookedBlobStore(store, async key =>
        {
            if (!key.StartsWith("indexes/", StringComparison.Ordinal)) return;
            Assert.NotNull(await store.GetLengthAsync(index, Token));
            written.Add(key);
        });
        await RepairAsync(scene.Through(watched));
        // It has all the same entries, and is another file all the same.
        Assert.NotEqual(index, Assert.Single(written));
        Assert.Equal(written, await store.ListAsync("indexes/", Token));
        await scene.HoldsAsync();
    }

    private static async Task BringsBackAsync(Scene scene)
    {
        var packs = await scene.Store.ListAsync("packs/", Token);
        Assert.Contains(Next, Assert.Single((await scene.CollectAsync()).Warnings), StringComparison.Ordinal);
        Assert.Equal(packs, await scene.Store.ListAsync("packs/", Token));
        await RepairAsync(scene);
        await scene.HoldsAsync();
        var report = await scene.CollectAsync();
        Assert.Empty(report.Warnings);
        Assert.NotEqual(0, report.RemovedBytes);
        await scene.HoldsAsync();
    }

    private static async Task RepairAsync(Scene scene)
    {
        using var repository = await scene.OpenAsync();
        Assert.True((await RepositoryRepairer.RepairAsync(repository, Token)).IsGood);
    }

    /// <summary>A point whose chunks the index of a point that is forgotten lists, and its nodes its own.</summary>
    private static async Task<(Scene Scene, IBlobStore Store, string SmallIndex, byte[] Bytes)> CreateAsync()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 40);
        var large = await scene.BackupAsync(bytes);
        var index = Assert.Single(await scene.Store.ListAsync("indexes/", Token));
        await scene.BackupAsync(bytes[..(10 * Scene.Chunk)]);
        await scene.ForgetAsync(large);
        var small = (await scene.Store.ListAsync("indexes/", Token)).Single(key => key != index);
        return (scene, scene.Store, small, bytes);
    }
}
