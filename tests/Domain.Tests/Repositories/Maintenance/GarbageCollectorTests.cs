using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Maps;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

public sealed class GarbageCollectorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Space_that_no_point_needs_returns(bool isEncrypted)
    {
        var scene = await Scene.CreateAsync(
            new MemoryBlobStore(), isEncrypted ? new RepositorySecret.Passphrase("correct horse") : null);
        var gone = await scene.BackupAsync(Scene.Random(1, 20));
        await scene.BackupAsync(Scene.Random(2, 10));
        await scene.ForgetAsync(gone);
        var before = await scene.SizeAsync();

        var estimate = await EstimateAsync(scene);
        Assert.Equal(before, await scene.SizeAsync());
        var report = await scene.CollectAsync();

        Assert.InRange(await scene.SizeAsync(), 10 * Scene.Chunk, 11 * Scene.Chunk);
        Assert.InRange(report.RemovedBytes, 20 * Scene.Chunk, 21 * Scene.Chunk);
        Assert.InRange(estimate.RemovedBytes, 20 * Scene.Chunk, 21 * Scene.Chunk);
        Assert.Equal((0, 0, 0), (report.WrittenBytes, report.DeferredBytes, report.Warnings.Count));
        await scene.HoldsAsync();
        Assert.Empty(await scene.Store.ListAsync("condemned/", Token));
        Assert.Empty(await scene.Store.ListAsync("locks/", Token));
    }

    [Fact]
    public async Task A_pack_that_is_mostly_needless_is_written_anew()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var large = Scene.Random(1, 40);
        var first = await scene.BackupAsync(large);
        await scene.BackupAsync(large[..(10 * Scene.Chunk)]);
        await scene.ForgetAsync(first);
        var report = await scene.CollectAsync();
        Assert.InRange(await scene.SizeAsync(), 10 * Scene.Chunk, 11 * Scene.Chunk);
        Assert.InRange(report.WrittenBytes, 10 * Scene.Chunk, 11 * Scene.Chunk);
        await scene.HoldsAsync();
    }

    [Fact]
    public async Task Files_beside_the_disks_and_dirty_maps_are_needed_too()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var (firmware, dirty) = (Scene.Random(5, 3), Scene.Random(6, 1));
        using var repository = await scene.OpenAsync();
        ChunkId dirtyId;
        await using (var writer = await repository.BeginWriteAsync("test", Token))
        {
            var root = await Scene.CopyAsync(repository, writer, firmware);
            (dirtyId, _) = await writer.AddAsync(dirty, Token);
            await writer.AddAsync(Scene.Random(7, 1), Token);
            await writer.FinishAsync(Token);
            var point = Scene.MakePoint("20260101T000000Z-000000", 1, [], MapEntry.Hole);
            await repository.CommitAsync(
                point with
                {
                    Disks = [point.Disks[0] with { DirtyMap = [dirtyId.ToString()] }],
                    Attachments =
                    [
                        new PointAttachment
                        {
                            Role = AttachmentRole.Nvram, Path = "/nvram", SizeBytes = firmware.Length, Mode = 0,
                            Root = root.ToString(),
                        },
                    ],
                },
                Token);
        }

        await scene.CollectAsync();
        using var after = await scene.OpenAsync();
        Assert.Equal(dirty, await after.Reader.ReadAsync(dirtyId, Token));
        var kept = (await after.GetPointAsync("2026", Token)).Attachments[0];
        var disk = TestPoints.Disk("nvram", kept.SizeBytes, kept.Root);
        Assert.Equal(firmware, await Scene.ReadAsync(after, disk));
    }

    [Fact]
    public async Task A_second_run_has_nothing_to_do()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var large = Scene.Random(1, 40);
        var first = await scene.BackupAsync(large);
        await scene.BackupAsync(large[..(10 * Scene.Chunk)]);
        await scene.BackupAsync(Scene.Random(2, 10));
        await scene.ForgetAsync(first);
        await scene.CollectAsync();
        var keys = await KeysAsync(scene.Store);
        var report = await scene.CollectAsync();
        Assert.Equal((0, 0, 0), (report.RemovedBytes, report.RemovedObjects, report.WrittenBytes));
        Assert.Equal(keys, await KeysAsync(scene.Store));
    }

    [Fact]
    public async Task Small_indexes_become_one()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        for (var i = 0; i < 5; i++) await scene.BackupAsync(Scene.Random(i, 3));
        Assert.Equal(5, (await scene.Store.ListAsync("indexes/", Token)).Count);
        await scene.CollectAsync();
        Assert.Single(await scene.Store.ListAsync("indexes/", Token));
        await scene.HoldsAsync();
    }

    [Fact]
    public async Task What_a_session_at_work_may_rely_on_stays_until_a_run_after_its_end()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 20);
        var gone = await scene.BackupAsync(bytes);
        await using var backup = await scene.BeginAsync(bytes);
        await backup.StoreAsync(); // finds all of it stored
        await scene.ForgetAsync(gone);

        var report = await scene.CollectAsync();
        Assert.InRange(report.DeferredBytes, 20 * Scene.Chunk, 21 * Scene.Chunk);
        Assert.Equal(0, report.RemovedBytes);
        await backup.CommitAsync();
        await scene.CollectAsync();
        await scene.HoldsAsync();
        Assert.InRange(await scene.SizeAsync(), 20 * Scene.Chunk, 21 * Scene.Chunk);
        Assert.Empty(await scene.Store.ListAsync("condemned/", Token));
    }

    [Fact]
    public async Task A_session_that_is_given_up_delays_the_deletion_by_one_run()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 20);
        var gone = await scene.BackupAsync(bytes);
        var backup = await scene.BeginAsync(bytes);
        await backup.StoreAsync();
        await scene.ForgetAsync(gone);
        await scene.CollectAsync();
        await backup.DisposeAsync();
        await scene.CollectAsync();
        Assert.Equal(0, await scene.SizeAsync());
    }

    [Fact]
    public async Task A_session_that_begins_after_the_condemnation_stores_again_what_goes()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 20);
        var gone = await scene.BackupAsync(bytes);
        await using var early = await scene.BeginAsync([]);
        await scene.ForgetAsync(gone);
        await scene.CollectAsync(); // condemns, and waits for the early session
        await using var late = await scene.BeginAsync(bytes);
        await late.StoreAsync();
        await early.DisposeAsync();
        await scene.CollectAsync(); // deletes, though the late session is still at work
        await late.CommitAsync();
        await scene.HoldsAsync();
        await scene.CollectAsync();
        await scene.HoldsAsync();
        Assert.InRange(await scene.SizeAsync(), 20 * Scene.Chunk, 21 * Scene.Chunk);
    }

    [Fact]
    public async Task Packs_of_a_session_at_work_are_no_leftovers()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await using var backup = await scene.BeginAsync(Scene.Random(1, 600)); // more than two packs
        await backup.StoreAsync();
        await scene.CollectAsync();
        await backup.CommitAsync();
        await scene.HoldsAsync();
    }

    [Fact]
    public async Task Packs_of_a_dead_session_go_although_the_next_backup_makes_the_same()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 600);
        await using (var dead = await scene.BeginAsync(bytes)) await dead.StoreAsync();
        Assert.NotEqual(0, await scene.SizeAsync());
        await scene.BackupAsync(bytes);
        var report = await scene.CollectAsync();
        Assert.NotEqual(0, report.RemovedBytes);
        await scene.HoldsAsync();
        Assert.InRange(await scene.SizeAsync(), 600 * Scene.Chunk, 610 * Scene.Chunk);
    }

    [Fact]
    public async Task Temporary_files_of_the_dead_go_and_new_ones_of_others_stay()
    {
        using var directory = new TestDirectory();
        var scene = await Scene.CreateAsync(new DirectoryBlobStore(directory.Path));
        await scene.BackupAsync(Scene.Random(1, 2));
        string[] left = ["packs/00/x.1.lvbtmp", "locks/y.2.lvbtmp", "points/z.3.lvbtmp"];
        foreach (var file in left)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(directory.File(file))!);
            await File.WriteAllTextAsync(directory.File(file), "left", Token);
        }

        File.SetLastWriteTimeUtc(directory.File(left[2]), DateTime.UtcNow.AddDays(-2));
        await scene.CollectAsync();
        Assert.Equal([false, true, false], left.Select(file => File.Exists(directory.File(file))));
        await scene.HoldsAsync();
    }

    [Fact]
    public async Task One_run_at_a_time()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        using var repository = await scene.OpenAsync();
        await using var held = await repository.Locks.TryTakeMaintenanceAsync("repair", Token);
        var failure = await Assert.ThrowsAsync<BackupException>(scene.CollectAsync);
        Assert.Equal(FailureKind.Busy, failure.Kind);
        Assert.Contains("repair, pid ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_deleted_when_a_point_cannot_be_read()
    {
        var store = new MemoryBlobStore();
        var scene = await Scene.CreateAsync(store);
        var gone = await scene.BackupAsync(Scene.Random(1, 5));
        await scene.ForgetAsync(gone);
        await store.PutIfAbsentAsync("points/20260101T000000Z-aaaaaa.json", new byte[] { 1, 2 }, Token);
        var keys = await KeysAsync(store);
        var failure = await Assert.ThrowsAsync<BackupException>(scene.CollectAsync);
        Assert.Equal(FailureKind.Integrity, failure.Kind);
        Assert.Equal(keys, await KeysAsync(store));
    }

    [Fact]
    public async Task A_copy_is_given_up_only_when_another_one_is_good()
    {
        var store = new MemoryBlobStore();
        var scene = await Scene.CreateAsync(store);
        // Two sessions at the same time store the same.
        var same = Scene.Random(1, 6);
        await using var one = await scene.BeginAsync([.. same, .. Scene.Random(2, 30)]);
        await using var two = await scene.BeginAsync(same);
        await one.StoreAsync();
        await two.StoreAsync();
        var large = await one.CommitAsync();
        await two.CommitAsync();
        await scene.ForgetAsync(large);
        await scene.CollectAsync();
        await scene.HoldsAsync();
        Assert.InRange(await scene.SizeAsync(), 6 * Scene.Chunk, 7 * Scene.Chunk);
    }

    private static async Task<GcReport> EstimateAsync(Scene scene)
    {
        using var repository = await scene.OpenAsync();
        return await new GarbageCollector(TimeProvider.System).EstimateAsync(repository, Token);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(IBlobStore store)
    {
        var keys = new List<string>();
        foreach (var folder in new[] { "packs/", "indexes/", "points/", "condemned/", "locks/" })
            keys.AddRange(await store.ListAsync(folder, Token));
        return keys;
    }
}
