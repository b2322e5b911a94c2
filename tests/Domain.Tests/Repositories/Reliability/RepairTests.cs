using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>Repair that crashes or fails anywhere: the next one brings back what can be brought back.</summary>
public sealed class RepairTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_crash_at_any_step_of_repair_the_next_repair_brings_every_point_back(bool isEncrypted)
    {
        var (scene, blobs, points) = await GarbageScene.MakeAsync(isEncrypted, Token);
        var recording = new RecordingBlobStore(GarbageScene.LoseIndexes(blobs));
        using (var repository = await scene.OpenAsync(recording, Token))
            await RepositoryRepairer.RepairAsync(repository, Token);
        DurableSteps.AssertAll(DurableSteps.Repair, recording);
        Assert.Equal(points, await scene.AssertAllRestoreAsync(recording, "repaired", Token));
        foreach (var (name, left) in recording.Images.SelectMany(image => image.Outcomes()))
        {
            var store = await scene.AfterCrashAsync(left, Token);
            using (var repository = await scene.OpenAsync(store, Token))
                Assert.True((await RepositoryRepairer.RepairAsync(repository, Token)).IsGood, name);
            Assert.Equal(points, await scene.AssertAllRestoreAsync(store, name, Token));
        }
    }

    [Theory]
    [InlineData(nameof(FaultKind.InputOutputError), false)]
    [InlineData(nameof(FaultKind.NoSpace), true)]
    [InlineData(nameof(FaultKind.LostAnswer), false)]
    [InlineData(nameof(FaultKind.Interruption), true)]
    public async Task Any_operation_of_repair_may_fail_and_the_next_one_brings_every_point_back(
        string kind, bool isEncrypted)
    {
        var (scene, blobs, points) = await GarbageScene.MakeAsync(isEncrypted, Token);
        blobs = GarbageScene.LoseIndexes(blobs);
        for (var (reached, isClean) = (0, false); !isClean; reached++)
        {
            var store = await CrashImage.OpenAsync(blobs);
            using var faulty = new FaultyBlobStore(
                store, new Fault(StoreOperations.All, reached, Enum.Parse<FaultKind>(kind)));
            try
            {
                using var repository = await scene.OpenAsync(faulty, Token);
                await RepositoryRepairer.RepairAsync(repository, faulty.Interruption);
            }
            catch (Exception e) when (e is IOException or BackupException or OperationCanceledException)
            {
                faulty.AssertReached();
            }

            isClean = !faulty.FaultReached;
            foreach (var key in await store.ListAsync("locks/", Token)) await store.DeleteAsync(key, Token);
            using (var repository = await scene.OpenAsync(store, Token))
                Assert.True((await RepositoryRepairer.RepairAsync(repository, Token)).IsGood);
            Assert.Equal(
                points, await scene.AssertAllRestoreAsync(store, $"operation {reached} failed with {kind}", Token));
            Assert.True(!isClean || reached > 20, $"only {reached} operations");
        }
    }

    [Theory]
    [InlineData("locks/1-0.json")]
    [InlineData("condemned/1.json")]
    [InlineData("condemned/1-sessions.json")]
    [InlineData("damaged/1.json")]
    public async Task A_damaged_lock_or_note_is_removed_so_that_backups_and_gc_go_on(string key)
    {
        var (scene, blobs, points) = await GarbageScene.MakeAsync(isEncrypted: true, Token);
        var store = await CrashImage.OpenAsync(blobs.SetItem(key, "{\"sha256\":\"rotten"u8.ToArray()));
        using var repository = await scene.OpenAsync(store, Token);
        await RepositoryRepairer.RepairAsync(repository, Token);
        await scene.BackUpAsync(repository, RepositoryScene.MakeDisk(2, seed: 9), parent: null, Token);
        await new GarbageCollector(TimeProvider.System).CollectAsync(repository, Token);
        Assert.Equal(points.Count + 1, (await scene.AssertAllRestoreAsync(store, "repaired", Token)).Count);
        Assert.Null(await store.GetLengthAsync(key, Token));
    }
}
