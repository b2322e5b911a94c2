using LibvirtBackup.Backups.Copying;
using LibvirtBackup.Domain.Tests.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Copying;

public sealed class DiskCopierTests
{
    private const int Chunk = 64 * 1024;
    private const int Cluster = 64 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Every_point_of_a_random_history_reads_back_as_the_disk_was(int seed)
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk(
            (random.Next(8, 40) * Cluster) + (random.Next(2) * 512 * random.Next(128)), Cluster);
        using var repository = await CreateAsync(new MemoryBlobStore());
        DiskMap? parent = null;
        var history = new List<(DiskMap Map, byte[] Bytes)>();
        for (var round = 0; round < 25; round++)
        {
            for (var i = random.Next(6); i > 0; i--) Change(disk, random);
            if (random.Next(6) == 0) parent = null;
            var result = await CopyAsync(repository, disk, parent);
            disk.ClearBitmap();
            parent = MapOf(repository, result);
            history.Add((parent, disk.Bytes));
        }

        foreach (var (map, bytes) in history) Assert.Equal(bytes, await map.ReadAllAsync(repository.Reader, Token));
    }

    [Fact]
    public async Task An_incremental_reads_only_what_changed()
    {
        var disk = Filled(100);
        using var repository = await CreateAsync(new MemoryBlobStore());
        var full = await CopyAsync(repository, disk, null);
        disk.ClearBitmap();
        disk.Write((3 * Cluster) + 100, [1, 2, 3]);

        var incremental = await CopyAsync(repository, disk, MapOf(repository, full));

        Assert.Equal(100 * Cluster, full.ReadBytes);
        // The changed cluster, what lies together with the last unchanged one in 2 MiB, and a sample of the rest.
        Assert.InRange(incremental.ReadBytes, Cluster + (4 * Cluster), Cluster + (4 * Cluster) + (16 * Chunk));
        Assert.Equal(Cluster, incremental.Dirty!.TotalBytes);
        Assert.Equal(0, incremental.UnreportedBytes);
    }

    [Theory]
    [InlineData(RepositoryOptions.MinimumChunkSizeBytes)]
    [InlineData(RepositoryOptions.MaximumChunkSizeBytes)]
    public async Task Every_chunk_size_that_a_repository_can_have_copies_a_disk(int chunkSize)
    {
        var disk = Filled(40);
        using var repository = await Repository.CreateAsync(
            new MemoryBlobStore(), new RepositoryOptions { ChunkSizeBytes = chunkSize }, TimeProvider.System, Token);
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var copier = new DiskCopier(
            disk, null, chunkSize, writer, new RateLimiter(null, TimeProvider.System), (_, _) => { });

        var result = await copier.CopyAsync(Token);

        await writer.FinishAsync(Token);
        Assert.Equal(40 * Cluster, result.ReadBytes);
        var map = new DiskMap(repository.Reader, new MapShape(result.SizeBytes, chunkSize), result.Root);
        Assert.Equal(disk.Bytes, await map.ReadAllAsync(repository.Reader, Token));
    }

    [Fact]
    public async Task Discarded_blocks_become_holes_in_the_incremental()
    {
        var disk = Filled(4);
        using var repository = await CreateAsync(new MemoryBlobStore());
        var full = await CopyAsync(repository, disk, null);
        disk.ClearBitmap();
        disk.Discard(1, 2);

        var map = MapOf(repository, await CopyAsync(repository, disk, MapOf(repository, full)));

        var kinds = (await map.ReadLeafAsync(0, Token)).Select(entry => entry.Kind);
        Assert.Equal([EntryKind.Data, EntryKind.Hole, EntryKind.Hole, EntryKind.Data], kinds);
    }

    [Fact]
    public async Task A_disk_that_shrank_and_grew_again_does_not_keep_its_old_tail()
    {
        var disk = Filled(8);
        using var repository = await CreateAsync(new MemoryBlobStore());
        var full = await CopyAsync(repository, disk, null);
        disk.ClearBitmap();
        disk.Resize(4 * Cluster);
        disk.Resize(8 * Cluster);

        var result = await CopyAsync(repository, disk, MapOf(repository, full));

        Assert.Equal(disk.Bytes, await MapOf(repository, result).ReadAllAsync(repository.Reader, Token));
        Assert.Equal(4 * Cluster, result.UnreportedBytes);
    }

    [Fact]
    public async Task A_disk_that_shrank_into_its_last_data_and_grew_again_does_not_keep_the_old_bytes()
    {
        var disk = new SimulatedDisk(100 * Cluster, Cluster);
        disk.Write(40 * Cluster, Enumerable.Repeat((byte)7, Cluster).ToArray());
        using var repository = await CreateAsync(new MemoryBlobStore());
        var full = await CopyAsync(repository, disk, null);
        disk.ClearBitmap();
        disk.Resize((40 * Cluster) + 512);
        disk.Resize(100 * Cluster);

        var result = await CopyAsync(repository, disk, MapOf(repository, full));

        Assert.Equal(disk.Bytes, await MapOf(repository, result).ReadAllAsync(repository.Reader, Token));
        Assert.Equal(Cluster, result.UnreportedBytes);
    }

    [Fact]
    public async Task A_first_write_that_a_cleared_bitmap_forgot_is_found_by_its_allocation()
    {
        var disk = new SimulatedDisk(8 * Cluster, Cluster);
        disk.Write(0, [1]);
        using var repository = await CreateAsync(new MemoryBlobStore());
        var full = await CopyAsync(repository, disk, null);
        disk.Write(5 * Cluster, [9, 9]);
        disk.ClearBitmap();

        var result = await CopyAsync(repository, disk, MapOf(repository, full));

        Assert.Equal(disk.Bytes, await MapOf(repository, result).ReadAllAsync(repository.Reader, Token));
        Assert.Equal(Cluster, result.UnreportedBytes);
    }

    [Fact]
    public async Task A_bitmap_of_another_image_is_found_by_a_sample()
    {
        var (disk, other) = (Filled(400), Filled(400));
        for (var cluster = 0; cluster < 384; cluster++) other.Write(cluster * Cluster, [77, 78, (byte)cluster]);
        using var repository = await CreateAsync(new MemoryBlobStore());
        var full = await CopyAsync(repository, disk, null);
        other.ClearBitmap();

        // The last 2 MiB are equal, and all is allocated in both.
        var result = await CopyAsync(repository, other, MapOf(repository, full));

        Assert.InRange(result.UnreportedBytes, Chunk, 16 * Chunk);
    }

    [Fact]
    public async Task Equal_chunks_are_stored_once()
    {
        var disk = new SimulatedDisk(10 * Cluster, Cluster);
        for (var i = 0; i < 10; i++) disk.Write(i * Cluster, new byte[Cluster].Select(_ => (byte)7).ToArray());
        using var repository = await CreateAsync(new MemoryBlobStore());
        var first = await CopyAsync(repository, disk, null);
        var again = await CopyAsync(repository, disk, null);
        Assert.InRange(first.StoredBytes, 1, Cluster);
        Assert.Equal(0, again.StoredBytes);
        Assert.Equal(first.Root, again.Root);
    }

    [Fact]
    public async Task A_write_that_fails_at_any_step_fails_the_copy_and_harms_nothing_stored_before()
    {
        var faults = 0;
        for (var step = 0; ; step++)
        {
            var store = new MemoryBlobStore();
            using var repository = await CreateAsync(store);
            var disk = Filled(6);
            var map = MapOf(repository, await CopyAsync(repository, disk, null));
            var before = disk.Bytes;
            for (var i = 0; i < 6; i++) disk.Write(i * Cluster, [(byte)(step + 1)]);
            var faulty = new FaultyBlobStore(store, step);
            using var failing = await Repository.OpenAsync(faulty, Token);
            try
            {
                await CopyAsync(failing, disk, null);
            }
            catch (IOException)
            {
                faults++;
            }

            using var reopened = await Repository.OpenAsync(store, Token);
            var same = new DiskMap(reopened.Reader, map.Shape, map.Root);
            Assert.Equal(before, await same.ReadAllAsync(reopened.Reader, Token));
            if (!faulty.FaultReached) break;
        }

        // The lock, one pack and one index.
        Assert.Equal(3, faults);
    }

    private static Task<Repository> CreateAsync(IBlobStore store) =>
        Repository.CreateAsync(store, new RepositoryOptions { ChunkSizeBytes = Chunk }, TimeProvider.System, Token);

    private static async Task<DiskCopyResult> CopyAsync(Repository repository, SimulatedDisk disk, DiskMap? parent)
    {
        await using var writer = await repository.BeginWriteAsync("test", Token);
        var limiter = new RateLimiter(null, TimeProvider.System);
        var copier = new DiskCopier(disk, parent, Chunk, writer, limiter, (_, _) => { });
        var result = await copier.CopyAsync(Token);
        await writer.FinishAsync(Token);
        return result;
    }

    private static DiskMap MapOf(Repository repository, DiskCopyResult result) =>
        new(repository.Reader, new MapShape(result.SizeBytes, Chunk), result.Root);

    private static SimulatedDisk Filled(int clusters)
    {
        var disk = new SimulatedDisk(clusters * Cluster, Cluster);
        var random = new Random(clusters);
        var bytes = new byte[Cluster];
        for (var i = 0; i < clusters; i++)
        {
            random.NextBytes(bytes);
            disk.Write(i * Cluster, bytes);
        }

        return disk;
    }

    private static void Change(SimulatedDisk disk, Random random)
    {
        var offset = random.Next((int)disk.SizeBytes - 512);
        switch (random.Next(6))
        {
            case 0:
                disk.Discard(offset / Cluster, random.Next(1, 4));
                break;
            case 1:
                disk.Write(offset, new byte[random.Next(1, (int)Math.Min(3 * Cluster, disk.SizeBytes - offset))]);
                break;
            case 2:
                disk.Resize(512 * random.Next(8 * 128, 50 * 128));
                break;
            default:
                var data = new byte[random.Next(1, (int)Math.Min(3 * Cluster, disk.SizeBytes - offset))];
                random.NextBytes(data);
                disk.Write(offset, data);
                break;
        }
    }
}
