using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>A file system that is filled to its last byte again and again.</summary>
public sealed class FullDiskTests
{
    private const int DiskClusters = 400;
    private const int Fills = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_that_is_full_again_and_again_loses_no_point_and_gives_its_space_back()
    {
        using var files = SmallFileSystem.Mount(mebibytes: 700);
        var scene = new RepositoryScene(isEncrypted: true);
        var directory = Path.Combine(files.Path, "repository");
        using var store = new DirectoryBlobStore(directory);
        (await scene.CreateAsync(store, Token)).Dispose();
        var disk = new SimulatedDisk(DiskClusters * RepositoryScene.Chunk, RepositoryScene.Chunk);
        var random = new Random(1);
        var points = new List<string>();
        for (var fill = 0; fill < Fills; fill++)
        {
            points.AddRange(await FillAsync(scene, directory, disk, random));
            Assert.Equal(points, await scene.AssertAllRestoreAsync(store, $"full, {fill}", Token, oneOf: 5));

            // Every other point goes, so that most packs are needed in part or not at all.
            foreach (var gone in points.Where((_, i) => i % 2 == 0).ToList())
                await ForgetAsync(scene, directory, points, gone);
            var before = files.FreeBytes;
            var report = await CollectAsync(scene, directory);
            Assert.True(
                files.FreeBytes - before > 100L << 20,
                $"fill {fill}: gc gave back {files.FreeBytes - before} bytes, it says {report}");
            Assert.Equal(points, await scene.AssertAllRestoreAsync(store, $"gc, {fill}", Token, oneOf: 4));
        }

        Assert.Equal(points, await scene.AssertAllRestoreAsync(store, "at the end", Token));

        foreach (var gone in points.ToList()) await ForgetAsync(scene, directory, points, gone);
        await CollectAsync(scene, directory);
        Assert.Empty(await store.ListAsync("packs/", Token));
        Assert.Empty(Directory.EnumerateFiles(directory, "*.lvbtmp", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Not_one_byte_is_left_and_gc_gives_space_back_all_the_same(bool isPartlyNeeded)
    {
        using var files = SmallFileSystem.Mount(mebibytes: 96);
        var scene = new RepositoryScene(isEncrypted: true);
        var directory = Path.Combine(files.Path, "repository");
        using var store = new DirectoryBlobStore(directory);
        (await scene.CreateAsync(store, Token)).Dispose();
        var disk = new SimulatedDisk(DiskClusters * RepositoryScene.Chunk, RepositoryScene.Chunk);
        var points = new List<string>();
        using (var repository = await scene.OpenAsync(new DirectoryBlobStore(directory), Token))
        {
            for (var i = 0; i < 2; i++)
            {
                var bytes = new byte[DiskClusters * RepositoryScene.Chunk];
                new Random(i).NextBytes(bytes);
                // The second one shares a little of each pack with the first one.
                disk.Write(0, i == 0 ? bytes : bytes[..(bytes.Length / 5 * 4)]);
                points.Add((await scene.BackUpAsync(repository, disk, parent: null, Token)).Id);
            }
        }

        for (var round = 0; round < 2; round++)
        {
            files.FillToTheLastByte();
            await Assert.ThrowsAnyAsync<IOException>(
                () => store.PutIfAbsentAsync("points/one-byte", new byte[1], Token));
            if (round > 0) break;
            await ForgetAsync(scene, directory, points, points[0]);
            if (!isPartlyNeeded) await ForgetAsync(scene, directory, points, points[0]);
            files.FillToTheLastByte();
            var before = files.FreeBytes;
            var report = await CollectAsync(scene, directory);
            Assert.True(
                files.FreeBytes - before > 10L << 20,
                $"gc gave back {files.FreeBytes - before} bytes; it says {string.Join("; ", report.Warnings)}");
            Assert.NotNull(await store.GetLengthAsync("reserve", Token)); // for the next time
        }

        Assert.Equal(points, await scene.AssertAllRestoreAsync(store, "at the end", Token));
        foreach (var gone in points.ToList()) await ForgetAsync(scene, directory, points, gone);
        await CollectAsync(scene, directory);
        Assert.Empty(await store.ListAsync("packs/", Token));
    }

    /// <summary>Takes points of the changing disk until there is no room, and then some more.</summary>
    private static async Task<IReadOnlyList<string>> FillAsync(
        RepositoryScene scene, string directory, SimulatedDisk disk, Random random)
    {
        var points = new List<string>();
        var bytes = new byte[RepositoryScene.Chunk];
        for (var failures = 0; failures < 3;)
        {
            Assert.True(points.Count < 100, "the file system does not fill");
            for (var i = 0; i < DiskClusters; i++)
            {
                if (random.Next(3) == 0) continue;
                random.NextBytes(bytes);
                disk.Write(i * RepositoryScene.Chunk, bytes);
            }

            try
            {
                using var repository = await scene.OpenAsync(new DirectoryBlobStore(directory), Token);
                points.Add((await scene.BackUpAsync(repository, disk, parent: null, Token)).Id);
            }
            catch (IOException)
            {
                failures++;
            }
        }

        return points;
    }

    private static async Task ForgetAsync(
        RepositoryScene scene, string directory, List<string> points, string point)
    {
        using var repository = await scene.OpenAsync(new DirectoryBlobStore(directory), Token);
        await repository.ForgetAsync(point, Token);
        points.Remove(point);
    }

    private static async Task<GcReport> CollectAsync(RepositoryScene scene, string directory)
    {
        using var repository = await scene.OpenAsync(new DirectoryBlobStore(directory), Token);
        return await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
    }
}
