using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Domain.Tests.Backups.Copying;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// Any sequence of writes, trims, backups, failed backups, forgets, gcs, lost indexes and repairs: every point that is
/// left restores to what the model says, and when none is left the repository is as small as a new one.
/// </summary>
public sealed class ModelTests
{
    private const int Clusters = 24;

    /// <summary>What is done, and two numbers that say to what.</summary>
    private static readonly Gen<(int What, int A, int B)> s_step =
        from what in Gen.Choose(0, 11)
        from a in Gen.Choose(0, 1000)
        from b in Gen.Choose(0, 1000)
        select (what, a, b);

    private static readonly Gen<(int What, int A, int B)[]> s_history = s_step.ArrayOf();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_point_of_any_history_restores_to_what_the_disk_was(bool isEncrypted) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(80),
            Prop.ForAll(s_history.ToArbitrary(), async history => await RunAsync(history, isEncrypted)));

    private static async Task RunAsync((int What, int A, int B)[] history, bool isEncrypted)
    {
        var scene = new RepositoryScene(isEncrypted);
        var store = new MemoryBlobStore();
        using var repository = await scene.CreateAsync(store, Token);
        SimulatedDisk[] disks = [RepositoryScene.MakeDisk(Clusters, 1), RepositoryScene.MakeDisk(Clusters, 1)];
        var last = new RestorePoint?[disks.Length];
        var points = new List<string>();
        foreach (var (what, a, b) in history)
        {
            var number = a % disks.Length;
            var disk = disks[number];
            switch (what)
            {
                case <= 3:
                    RepositoryScene.WriteCluster(disk, b % Clusters, new Random(a));
                    break;
                case 4:
                    disk.Discard(b % Clusters, 1 + (a % 5));
                    break;
                case 5 or 6:
                    // Now and then everything is read again, as after a lost bitmap.
                    last[number] = await scene.BackUpAsync(
                        repository, disk, b % 5 == 0 ? null : last[number], Token);
                    points.Add(last[number]!.Id); // just set
                    break;
                case 7:
                    await FailAsync(scene, repository, store, disk, a);
                    break;
                case 8 or 9:
                    if (points.Count == 0) break;
                    var gone = points[b % points.Count];
                    points.Remove(gone);
                    await repository.Points.DeleteAsync(gone, Token);
                    for (var i = 0; i < last.Length; i++)
                        if (last[i]?.Id == gone) last[i] = null;
                    break;
                case 10 when b % 3 == 0:
                    await LoseAnIndexAndRepairAsync(repository, store, a);
                    break;
                default:
                    await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
                    break;
            }
        }

        Assert.Equal(points, await scene.AssertAllRestoreAsync(store, "at the end", Token));
        await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
        Assert.Equal(points, await scene.AssertAllRestoreAsync(store, "after gc", Token));

        foreach (var point in points) await repository.Points.DeleteAsync(point, Token);
        await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
        Assert.Empty(await store.ListAsync("packs/", Token));
        Assert.Empty(await store.ListAsync("indexes/", Token));
        Assert.Empty(await store.ListAsync("locks/", Token));
        Assert.Empty(await store.ListAsync("condemned/", Token));
    }

    private static async Task LoseAnIndexAndRepairAsync(Repository repository, MemoryBlobStore store, int which)
    {
        var indexes = await store.ListAsync("indexes/", Token);
        if (indexes.Count == 0) return;
        await store.DeleteAsync(indexes[which % indexes.Count], Token);
        Assert.True((await RepositoryRepairer.RepairAsync(repository, Token)).IsGood);
    }

    /// <summary>A backup that the disk is too full for.</summary>
    private static async Task FailAsync(
        RepositoryScene scene, Repository repository, MemoryBlobStore store, SimulatedDisk disk, int writes)
    {
        // The lock is written in any case; a backup that needs to write nothing more succeeds and is forgotten.
        using var faulty = new FaultyBlobStore(store, 1 + (writes % 3));
        try
        {
            using var failing = await scene.OpenAsync(faulty, Token);
            var point = await scene.BackUpAsync(failing, disk, parent: null, Token, isLasting: false);
            await repository.Points.DeleteAsync(point.Id, Token);
        }
        catch (IOException)
        {
            faulty.AssertReached();
        }
    }
}
