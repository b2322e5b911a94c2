using System.Collections.Immutable;
using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Packs;
using LibvirtBackup.State;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// The process is killed, or the power is cut, after every step of a durable change: every point that is there restores
/// right, every point that was promised is there, and work goes on.
/// </summary>
public sealed class CrashTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_step_of_a_backup_harms_no_point(bool isEncrypted)
    {
        var scene = new RepositoryScene(isEncrypted);
        var disk = RepositoryScene.MakeDisk(40, seed: 1);
        var store = new RecordingBlobStore();
        RestorePoint first;
        using (var repository = await scene.CreateAsync(store, Token))
            first = await scene.BackUpAsync(repository, disk, parent: null, Token);
        var random = new Random(2);
        for (var i = 0; i < 10; i++) RepositoryScene.WriteCluster(disk, random.Next(40), random);

        var recording = new RecordingBlobStore(store.Blobs);
        using (var repository = await scene.OpenAsync(recording, Token))
            await scene.BackUpAsync(repository, disk, first, Token);
        DurableSteps.AssertAll(DurableSteps.Backup, recording);
        await AssertAllOutcomesAsync(scene, recording, [first.Id]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_at_any_step_of_forget_and_gc_harms_no_point_that_is_kept(bool isEncrypted)
    {
        var (scene, blobs, points) = await GarbageScene.MakeAsync(isEncrypted, Token);
        var recording = new RecordingBlobStore(blobs);
        using (var repository = await scene.OpenAsync(recording, Token))
        {
            foreach (var gone in GarbageScene.Forgotten(points)) await repository.Points.DeleteAsync(gone, Token);
            await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
        }

        DurableSteps.AssertAll([.. DurableSteps.Forget, .. DurableSteps.Forget, .. DurableSteps.Gc], recording);
        await AssertAllOutcomesAsync(scene, recording, [.. points.Except(GarbageScene.Forgotten(points))]);
    }

    [Fact]
    public async Task A_kill_between_any_two_system_calls_of_a_backup_to_a_directory_harms_no_point()
    {
        using var directory = new TestDirectory();
        using var crashes = new TestDirectory();
        var scene = new RepositoryScene(isEncrypted: false);
        var disk = RepositoryScene.MakeDisk(12, seed: 1);
        RestorePoint first;
        using (var repository = await scene.CreateAsync(new DirectoryBlobStore(directory.Path), Token))
            first = await scene.BackUpAsync(repository, disk, parent: null, Token);
        RepositoryScene.WriteCluster(disk, 3, new Random(1));
        var left = new List<string>();
        var store = new DirectoryBlobStore(directory.Path, step =>
        {
            lock (left)
            {
                left.Add(crashes.File($"{left.Count}-{step}"));
                TestDirectory.Copy(directory.Path, left[^1]);
            }
        });
        using (var repository = await scene.OpenAsync(store, Token))
            await scene.BackUpAsync(repository, disk, first, Token);

        // Lock, pack, index and manifest.
        Assert.Equal(4 * Enum.GetValues<DurableStep>().Length, left.Count);
        foreach (var path in left)
        {
            using var crashed = new DirectoryBlobStore(path);
            await scene.BuryAsync(crashed, Token);
            Assert.Contains(first.Id, await scene.AssertAllRestoreAsync(crashed, path, Token));
            using (var repository = await scene.OpenAsync(new DirectoryBlobStore(path), Token))
                await scene.BackUpAsync(repository, RepositoryScene.MakeDisk(2, seed: 2), parent: null, Token);
            await scene.AssertAllRestoreAsync(crashed, path, Token);
        }
    }

    /// <summary>Looks at every outcome of every crash.</summary>
    /// <param name="scene">What points must restore to.</param>
    /// <param name="recording">What was recorded.</param>
    /// <param name="promised">Points that must be there whatever happened.</param>
    private static async Task AssertAllOutcomesAsync(
        RepositoryScene scene, RecordingBlobStore recording, ImmutableArray<string> promised)
    {
        var outcomes = 0;
        foreach (var image in recording.Images)
        {
            foreach (var (name, blobs) in image.Outcomes())
            {
                outcomes++;
                var store = await scene.AfterCrashAsync(blobs, Token);
                var points = await scene.AssertAllRestoreAsync(store, name, Token);
                foreach (var point in promised) Assert.Contains(point, points);

                var next = RepositoryScene.MakeDisk(8, seed: outcomes);
                using (var repository = await scene.OpenAsync(store, Token))
                    await scene.BackUpAsync(repository, next, parent: null, Token);
                Assert.Equal(points.Count + 1, (await scene.AssertAllRestoreAsync(store, name, Token)).Count);
                await AssertCleanAfterGcAsync(scene, store, name);
            }
        }

        // Before and after each step, and the step itself undone.
        Assert.True(outcomes > 3 * recording.DurableSteps.Count, $"only {outcomes} outcomes were looked at");
    }

    /// <summary>gc removes all that the crash has left, and no more.</summary>
    private static async Task AssertCleanAfterGcAsync(RepositoryScene scene, MemoryBlobStore store, string name)
    {
        using (var repository = await scene.OpenAsync(store, Token))
            await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
        await scene.AssertAllRestoreAsync(store, $"{name}, after gc", Token);
        Assert.Empty(await store.ListAsync("locks/", Token));
        Assert.Empty(await store.ListAsync("condemned/", Token));
        using var collected = await scene.OpenAsync(store, Token);
        var named = (await collected.Index.GetFilesAsync(Token)).SelectMany(file => file.Packs)
            .Select(pack => PackFormat.KeyOf(pack.Id)).Order(StringComparer.Ordinal);
        Assert.Equal(named, await store.ListAsync(PackFormat.Folder, Token));
    }
}
