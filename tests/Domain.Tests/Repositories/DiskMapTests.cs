using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories;

public sealed class DiskMapTests
{
    private const int Chunk = 64 * 1024;
    private const int Width = MapNode.Width;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk)]
    [InlineData((long)Chunk * Width)]
    [InlineData(((long)Chunk * Width) + 1)]
    [InlineData((long)Chunk * Width * Width)]
    [InlineData(((long)Chunk * Width * (Width + 1)) + 512)]
    [InlineData(((long)Chunk * Width * Width * Width) + 512)]
    public async Task Leaves_read_back_from_a_tree_of_any_height(long size)
    {
        using var repository = await CreateAsync();
        var shape = new MapShape(size, Chunk);
        var written = new Dictionary<long, MapEntry[]>();
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var builder = new DiskMapBuilder(writer, shape);
        foreach (var leaf in Leaves(shape))
        {
            var entries = Enumerable.Range(0, shape.EntryCount(0, leaf)).Select(i => Entry(leaf, i)).ToArray();
            await builder.SetLeafAsync(leaf, entries, Token);
            written[leaf] = entries;
        }

        var root = await builder.FinishAsync(Token);
        await writer.FinishAsync(Token);
        var map = new DiskMap(repository.Reader, shape, root);
        foreach (var (leaf, entries) in written) Assert.Equal(entries, await map.ReadLeafAsync(leaf, Token));
        if (shape.LeafCount > 3)
        {
            var hole = await map.ReadLeafAsync(2, Token);
            Assert.All(hole, entry => Assert.Equal(MapEntry.Hole, entry));
        }
    }

    [Fact]
    public async Task A_map_of_holes_is_no_node_at_all()
    {
        using var repository = await CreateAsync();
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var builder = new DiskMapBuilder(writer, new MapShape(1L << 40, Chunk));
        Assert.Equal(MapEntry.Hole, await builder.FinishAsync(Token));
        Assert.Equal(0, builder.StoredBytes);
    }

    private static IEnumerable<long> Leaves(MapShape shape) =>
        new[] { 0, 1, shape.LeafCount / 2, shape.LeafCount - 1 }
            .Where(leaf => leaf >= 0 && leaf < shape.LeafCount && leaf != 2)
            .Distinct();

    private static MapEntry Entry(long leaf, int index) => ((leaf + index) % 3) switch
    {
        0 => MapEntry.Hole,
        1 => MapEntry.Zero,
        _ => MapEntry.Data(ChunkId.Compute(BitConverter.GetBytes((leaf * 7) + index))),
    };

    private static Task<Repository> CreateAsync() =>
        Repository.CreateAsync(new MemoryBlobStore(), new RepositoryOptions(), TimeProvider.System, Token);
}
