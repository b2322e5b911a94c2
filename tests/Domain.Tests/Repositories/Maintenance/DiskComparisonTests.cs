using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Extents;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance.Sources;
using LibvirtBackup.Repositories.Maps;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

public sealed class DiskComparisonTests
{
    private const int Chunk = 64 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task What_was_written_since_is_left_out_and_all_else_is_the_same(int seed)
    {
        var random = new Random(seed);
        var disk = Filled(random, 40);
        using var repository = await CreateAsync();
        var map = await CopyAsync(repository, disk);
        disk.ClearBitmap();
        for (var i = 0; i < 5; i++) disk.Write(random.Next(39 * Chunk), RandomBytes(random, 100));
        disk.Discard(7, 3);

        var result = await CompareAsync(disk, map, hasDirtyMap: true);
        Assert.Empty(result.Different);
        Assert.InRange(result.ChangedBytes, 3 * Chunk, 13 * Chunk);
        Assert.Equal(disk.SizeBytes, result.ComparedBytes + result.ChangedBytes);
    }

    [Fact]
    public async Task A_change_that_no_bitmap_has_is_found_where_it_is()
    {
        var random = new Random(5);
        var disk = Filled(random, 40);
        disk.Discard(20, 4);
        using var repository = await CreateAsync();
        var map = await CopyAsync(repository, disk);
        disk.Write((3 * Chunk) + 5, RandomBytes(random, 10));
        disk.Discard(4, 1);
        disk.Write(22 * Chunk, [1]);
        disk.Write(30 * Chunk, RandomBytes(random, 10));
        disk.ClearBitmap();

        var result = await CompareAsync(disk, map, hasDirtyMap: true);
        Assert.Equal(
            [new ByteRange(3 * Chunk, 2 * Chunk), new ByteRange(22 * Chunk, Chunk), new ByteRange(30 * Chunk, Chunk)],
            result.Different);
        Assert.Equal((disk.SizeBytes, 0), (result.ComparedBytes, result.ChangedBytes));
    }

    [Fact]
    public async Task Written_zeroes_and_holes_are_the_same()
    {
        var disk = Filled(new Random(6), 10);
        disk.Discard(2, 2);
        using var repository = await CreateAsync();
        var map = await CopyAsync(repository, disk);
        disk.Write(2 * Chunk, new byte[2 * Chunk]);
        Assert.Empty((await CompareAsync(disk, map, hasDirtyMap: false)).Different);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(7)]
    public async Task What_a_resize_took_or_moved_counts_as_changed(int chunks)
    {
        var disk = new SimulatedDisk((10 * Chunk) - 512, Chunk);
        disk.Write(0, RandomBytes(new Random(7), (10 * Chunk) - 512));
        using var repository = await CreateAsync();
        var map = await CopyAsync(repository, disk);
        disk.ClearBitmap();
        disk.Resize(chunks * Chunk);
        var result = await CompareAsync(disk, map, hasDirtyMap: true);
        Assert.Empty(result.Different);
        Assert.Equal(chunks < 10 ? (3 * Chunk) - 512 : 0, result.ChangedBytes);
    }

    [Fact]
    public async Task Of_what_no_bitmap_reported_a_sample_is_read_and_all_of_what_the_point_stored_and_all_holes()
    {
        var random = new Random(8);
        var disk = Filled(random, 300);
        disk.Discard(100, 50);
        using var repository = await CreateAsync();
        var map = await CopyAsync(repository, disk);
        disk.Discard(0, 1);
        disk.Write(60 * Chunk, [1]);
        disk.Write(69 * Chunk, [1]);
        disk.ClearBitmap();
        disk.Write(20 * Chunk, new byte[10 * Chunk]);
        var reported = new RangeSet();
        reported.Append(new ByteRange(60 * Chunk, 10 * Chunk));
        var before = disk.BytesRead;

        var result = await CompareAsync(disk, map, hasDirtyMap: true, percent: 10, reported);

        // 300 chunks are 51 holes, 10 that were written since, 10 that the point stored, and others.
        Assert.Equal((229, 23), (result.OutsideChunks, result.SampledChunks));
        Assert.Equal((10 + 23) * Chunk, disk.BytesRead - before);
        Assert.Equal((51 + 10 + 23) * Chunk, result.ComparedBytes);
        Assert.Equal(10 * Chunk, result.ChangedBytes);
        Assert.Equal(
            [new ByteRange(0, Chunk), new ByteRange(60 * Chunk, Chunk), new ByteRange(69 * Chunk, Chunk)],
            result.Different);
    }

    private static SimulatedDisk Filled(Random random, int chunks)
    {
        var disk = new SimulatedDisk(chunks * Chunk, Chunk);
        disk.Write(0, RandomBytes(random, chunks * Chunk));
        return disk;
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static Task<ComparedDisk> CompareAsync(
        SimulatedDisk disk, DiskMap map, bool hasDirtyMap, double percent = 100, RangeSet? reported = null) =>
        new DiskComparison(
                disk, map, reported ?? new RangeSet(), new SourceSample { Percent = percent, Seed = 1 },
                bytes => ChunkId.Compute(bytes.Span), hasDirtyMap)
            .RunAsync(Token);

    private static async Task<DiskMap> CopyAsync(Repository repository, SimulatedDisk disk)
    {
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var limiter = new RateLimiter(null, TimeProvider.System);
        var copier = new DiskCopier(disk, null, Chunk, writer, limiter, (_, _) => { });
        var result = await copier.CopyAsync(Token);
        await writer.FinishAsync(Token);
        return new DiskMap(repository.Reader, new MapShape(disk.SizeBytes, Chunk), result.Root);
    }

    private static Task<Repository> CreateAsync() =>
        Repository.CreateAsync(new MemoryBlobStore(), new RepositoryOptions(), TimeProvider.System, Token);
}
