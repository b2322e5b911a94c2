using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Differences;
using LibvirtBackup.Repositories.Maps;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Differences;

public sealed class MapComparisonTests
{
    private const int Chunk = 4;
    private const int Leaf = MapNode.Width;

    // One leaf, two, three, as many as are read together and more, and their edges: trees of both heights.
    private static readonly Gen<SampleDisk> s_disks =
        from chunks in Gen.OneOf(
            Gen.Choose(0, 4), Gen.Choose(Leaf - 2, Leaf + 2), Gen.Choose((2 * Leaf) - 2, (2 * Leaf) + 2),
            Gen.Choose((9 * Leaf) - 2, (9 * Leaf) + 2))
        from cut in Gen.Choose(0, Chunk - 1)
        from parts in Gen.ArrayOf(Part())
        select SampleDisk.Of(chunks, cut, parts);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Two_disks_differ_where_a_comparison_byte_by_byte_says_so() =>
        Prop.ForAll(s_disks.ToArbitrary(), s_disks.ToArbitrary(), async (before, after) =>
            Assert.Equal(Expected(before, after), await CompareAsync(before, after))).QuickCheckThrowOnFailure();

    [Fact]
    public void A_disk_that_was_changed_a_little_differs_there_and_nowhere_else() =>
        Prop.ForAll(s_disks.ToArbitrary(), Part().ToArbitrary(), async (before, part) =>
        {
            var after = before.With(part);
            Assert.Equal(Expected(before, after), await CompareAsync(before, after));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task The_cost_is_that_of_the_difference_not_of_the_disk()
    {
        var store = new CountingBlobStore(new MemoryBlobStore());
        using var repository = await CreateAsync(store);
        var shape = new MapShape(64L << 30, 64 * 1024);
        var before = await BuildAsync(repository, shape, changedChunk: -1);
        var after = await BuildAsync(repository, shape, changedChunk: 654_321);
        store.Reads = 0;
        var same = await FindAsync(repository, shape, before, shape, before);
        Assert.Empty(same);
        Assert.Equal(0, store.Reads);
        var different = await FindAsync(repository, shape, before, shape, after);
        Assert.Equal([new DifferentExtent(654_321L * 65_536, 65_536, DifferenceKind.Data, true)], different);
        Assert.InRange(store.Reads, 2, 6);
    }

    [Fact]
    public async Task A_node_that_is_damaged_is_named()
    {
        var store = new MemoryBlobStore();
        var shape = new MapShape(64L << 30, 64 * 1024);
        MapEntry before, after;
        using (var repository = await CreateAsync(store))
        {
            before = await BuildAsync(repository, shape, changedChunk: -1);
            var packs = await store.ListAsync("packs/", Token);
            after = await BuildAsync(repository, shape, changedChunk: 654_321);
            // The leaf is the first blob of the only new pack.
            var pack = Assert.Single((await store.ListAsync("packs/", Token)).Except(packs));
            var content = await store.ReadAllAsync(pack, Token);
            content[1000] ^= 1;
            await store.DeleteAsync(pack, Token);
            await store.PutIfAbsentAsync(pack, content, Token);
        }

        using var damaged = await Repository.OpenAsync(store, Token);
        var refused = await Assert.ThrowsAsync<BackupException>(
            () => FindAsync(damaged, shape, before, shape, after));
        Assert.Equal(FailureKind.Integrity, refused.Kind);
        Assert.Contains("its bytes do not match its name", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_largest_disk_can_be_compared()
    {
        using var repository = await CreateAsync(new MemoryBlobStore());
        var (none, all) = (new MapShape(0, 64 * 1024), new MapShape(1L << 62, 64 * 1024));
        var extents = await FindAsync(repository, none, MapEntry.Hole, all, MapEntry.Zero);
        Assert.Equal([new DifferentExtent(0, 1L << 62, DifferenceKind.Zero, true)], extents);
    }

    private static async Task<MapEntry> BuildAsync(Repository repository, MapShape shape, long changedChunk)
    {
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var builder = new DiskMapBuilder(writer, shape);
        for (var leaf = 0L; leaf < shape.LeafCount; leaf++)
        {
            var entries = new MapEntry[shape.EntryCount(0, leaf)];
            for (var i = 0; i < entries.Length; i++)
            {
                var chunk = (leaf * MapNode.Width) + i;
                entries[i] = MapEntry.Data(new ChunkId((ulong)chunk, chunk == changedChunk ? 1ul : 0, 0, 0));
            }

            await builder.SetLeafAsync(leaf, entries, Token);
        }

        var root = await builder.FinishAsync(Token);
        await writer.FinishAsync(Token);
        return root;
    }

    private static async Task<List<DifferentExtent>> CompareAsync(SampleDisk before, SampleDisk after)
    {
        using var repository = await CreateAsync(new MemoryBlobStore());
        var (old, now) = (await before.StoreAsync(repository, Token), await after.StoreAsync(repository, Token));
        return await FindAsync(repository, before.Shape, old, after.Shape, now);
    }

    private static async Task<List<DifferentExtent>> FindAsync(
        Repository repository, MapShape before, MapEntry old, MapShape after, MapEntry now)
    {
        var comparison = new MapComparison(
            new MapSide(repository.Reader, before, old), new MapSide(repository.Reader, after, now));
        var found = new List<DifferentExtent>();
        await foreach (var extent in comparison.FindAsync(Token)) found.Add(extent);
        return found;
    }

    private static List<DifferentExtent> Expected(SampleDisk before, SampleDisk after)
    {
        var found = new List<DifferentExtent>();
        for (var at = 0L; at < Math.Max(before.Shape.SizeBytes, after.Shape.SizeBytes); at++)
        {
            if (Difference(before, after, at) is not var (kind, changed)) continue;
            if (found is [.., var last] && last.EndBytes == at && last.Kind == kind && last.ContentChanged == changed)
                found[^1] = last with { LengthBytes = last.LengthBytes + 1 };
            else
                found.Add(new DifferentExtent(at, 1, kind, changed));
        }

        return found;
    }

    private static (DifferenceKind Kind, bool Changed)? Difference(SampleDisk before, SampleDisk after, long at)
    {
        if (at >= after.Shape.SizeBytes) return (DifferenceKind.Gone, true);
        var now = after.Chunks[at / Chunk];
        var kind = (DifferenceKind)((int)now.Kind switch { 0 => 2, 1 => 1, _ => 0 });
        if (at >= before.Shape.SizeBytes) return (kind, true);
        var old = before.Chunks[at / Chunk];
        if (old.Kind != EntryKind.Data && now.Kind != EntryKind.Data) return old == now ? null : (kind, false);
        return old == now && before.Shape.ChunkLength(at / Chunk) == after.Shape.ChunkLength(at / Chunk)
            ? null
            : (kind, true);
    }

    private static Gen<SamplePart> Part() =>
        from start in Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(Leaf - 4, Leaf + 4), Gen.Choose(0, (9 * Leaf) + 2))
        from length in Gen.OneOf(Gen.Choose(1, 3), Gen.Choose(1, Leaf + 80), Gen.Choose(1, 9 * Leaf))
        from kind in Gen.Choose(0, 2)
        from content in Gen.Choose(1, 3)
        select new SamplePart(start, length, (EntryKind)kind, (ulong)content);

    private static Task<Repository> CreateAsync(IBlobStore store) =>
        Repository.CreateAsync(store, new RepositoryOptions(), TimeProvider.System, Token);
}
