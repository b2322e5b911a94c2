using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Restores;

/// <summary>What is announced is what is given, cut where another window of leaves begins.</summary>
public sealed class RunSourceTests
{
    private const int Chunk = 64 * 1024;
    private const long Window = (long)Chunk * MapNode.Width * MapNode.Width;
    private const long LeastAnnounced = 4 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Long_stretches_are_announced_before_they_are_given(int seed)
    {
        var random = new Random(seed);
        var shape = new MapShape(Window + (random.Next(1, 5_000) * (long)Chunk) + 512, Chunk);
        var kinds = MakeKinds(random, shape);
        var announced = new List<(long Offset, long Length)>();
        var map = await WriteAsync(shape, kinds);
        using var runs = new RunSource(map, (offset, length) => announced.Add((offset, length)));

        var seen = new List<(EntryKind Kind, long Offset, long Length)>();
        var run = new DiskRun(runs.MostChunks);
        while (await runs.TryTakeAsync(run, Token))
        {
            seen.Add((run.Kind, run.Offset, run.Length));
            var stretch = StretchOf(kinds, shape, run.Offset);
            if (run.Kind == EntryKind.Data && stretch.Length >= LeastAnnounced) Assert.Contains(stretch, announced);
        }

        Assert.Equal(shape.SizeBytes, seen.Sum(r => r.Length));
        Assert.All(seen, r => Assert.Equal(kinds[(int)(r.Offset / Chunk)], r.Kind));
        Assert.All(announced, a => Assert.Equal(a, StretchOf(kinds, shape, a.Offset)));
        Assert.Equal(announced.Distinct().Count(), announced.Count);
        Assert.NotEmpty(announced);
        Assert.All(announced, a => Assert.True(a.Length >= LeastAnnounced));
    }

    /// <summary>The data around an offset, no farther than the window of leaves that it is in.</summary>
    private static (long Offset, long Length) StretchOf(EntryKind[] kinds, MapShape shape, long offset)
    {
        var at = (int)(offset / Chunk);
        var (first, last) = (at, at);
        while (first > 0 && first * (long)Chunk % Window != 0 && kinds[first - 1] == kinds[at]) first--;
        while (last + 1 < kinds.Length && (last + 1L) * Chunk % Window != 0 && kinds[last + 1] == kinds[at]) last++;
        return (first * (long)Chunk, Math.Min((last + 1L) * Chunk, shape.SizeBytes) - (first * (long)Chunk));
    }

    /// <summary>Runs of any length, from one chunk to many leaves.</summary>
    private static EntryKind[] MakeKinds(Random random, MapShape shape)
    {
        var kinds = new EntryKind[(shape.SizeBytes + Chunk - 1) / Chunk];
        for (var at = 0; at < kinds.Length;)
        {
            var length = Math.Min(kinds.Length - at, random.Next(1, 1 << random.Next(1, 14)));
            Array.Fill(kinds, (EntryKind)random.Next(3), at, length);
            at += length;
        }

        return kinds;
    }

    private static async Task<DiskMap> WriteAsync(MapShape shape, EntryKind[] kinds)
    {
        var repository = await Repository.CreateAsync(
            new MemoryBlobStore(), new RepositoryOptions(), TimeProvider.System, Token);
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var builder = new DiskMapBuilder(writer, shape);
        var data = MapEntry.Data(ChunkId.Compute([1]));
        for (var leaf = 0L; leaf < shape.LeafCount; leaf++)
        {
            var first = (int)leaf * MapNode.Width;
            var entries = kinds.AsSpan(first, shape.EntryCount(0, leaf)).ToArray().Select(kind => kind switch
            {
                EntryKind.Hole => MapEntry.Hole,
                EntryKind.Zero => MapEntry.Zero,
                _ => data,
            });
            await builder.SetLeafAsync(leaf, entries.ToArray(), Token);
        }

        var root = await builder.FinishAsync(Token);
        await writer.FinishAsync(Token);
        return new DiskMap(repository.Reader, shape, root);
    }
}
