using System.Collections.Concurrent;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// Several backups at once, of disks that share most of their data, while points are forgotten, gc and repair run by
/// turns, and verify runs again and again; each through a repository object of its own, as processes have.
/// </summary>
public sealed class ConcurrencyTests
{
    private const int Writers = 4;
    private const int BackupsEach = 12;
    private const int Clusters = 16;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Backups_restores_forgets_gc_repair_and_verify_at_the_same_time_lose_nothing(bool isEncrypted)
    {
        using var directory = new TestDirectory();
        var scene = new RepositoryScene(isEncrypted);
        using (await scene.CreateAsync(new DirectoryBlobStore(directory.Path), Token))
        {
        }

        var points = new ConcurrentQueue<string>();
        var writing = Task.WhenAll(Enumerable.Range(1, Writers).Select(
            writer => Task.Run(() => WriteAsync(scene, directory.Path, writer, points), Token)));
        var verifying = Task.Run(() => VerifyAsync(scene, directory.Path, writing), Token);
        var collections = 0;
        while (!writing.IsCompleted)
        {
            using var repository = await OpenAsync(scene, directory.Path);
            while (points.Count > 2 * Writers && points.TryDequeue(out var oldest))
            {
                scene.AssertRight(
                    oldest, await RepositoryScene.RestoreAsync(repository, oldest, Token), "beside backups and gc");
                await repository.Points.DeleteAsync(oldest, Token);
            }

            if (collections % 3 == 2)
                Assert.True((await RepositoryRepairer.RepairAsync(repository, Token)).IsGood);
            else
                await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
            collections++;
        }

        await writing;
        Assert.True(await verifying > 0, "verify did not run beside the backups");
        Assert.True(collections > 1, "gc did not run beside the backups");
        using var store = new DirectoryBlobStore(directory.Path);
        Assert.Equal(
            points.Order(StringComparer.Ordinal), await scene.AssertAllRestoreAsync(store, "at the end", Token));
        using var last = await OpenAsync(scene, directory.Path);
        await new GarbageCollector(TimeProvider.System).CollectAsync(last, Token);
        var report = await RepositoryVerifier.VerifyAsync(last, new VerifyRequest(), null, Token);
        Assert.True(report.IsGood);
    }

    private static Task<Repository> OpenAsync(RepositoryScene scene, string directory) =>
        scene.OpenAsync(new DirectoryBlobStore(directory), Token);

    /// <summary>Verifies until all is written: damage that passes is none, and must not be noted.</summary>
    private static async Task<int> VerifyAsync(RepositoryScene scene, string directory, Task writing)
    {
        var runs = 0;
        while (!writing.IsCompleted)
        {
            using var repository = await OpenAsync(scene, directory);
            var report = await RepositoryVerifier.VerifyAsync(repository, new VerifyRequest(), null, Token);
            Assert.True(report.IsGood, string.Join("; ", report.Points.SelectMany(p => p.Problems)
                .Concat(report.Problems)));
            runs++;
        }

        return runs;
    }

    private static async Task WriteAsync(
        RepositoryScene scene, string directory, int writer, ConcurrentQueue<string> points)
    {
        // The same clusters with the same content in all disks, so that each relies on what others have stored.
        var disk = RepositoryScene.MakeDisk(Clusters, seed: 1);
        RestorePoint? parent = null;
        for (var i = 0; i < BackupsEach; i++)
        {
            RepositoryScene.WriteCluster(disk, i % Clusters, new Random(i + (writer % 2)));
            using var repository = await OpenAsync(scene, directory);
            parent = await scene.BackUpAsync(repository, disk, i % 3 == 0 ? null : parent, Token);
            points.Enqueue(parent.Id);
        }
    }
}
