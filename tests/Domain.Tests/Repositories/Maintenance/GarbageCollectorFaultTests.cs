using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories.Blobs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>gc that dies, or has no room, at each of its steps; and any sequence of backups, forgets and gcs.</summary>
public sealed class GarbageCollectorFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_run_that_ends_anywhere_loses_nothing_and_the_next_one_does_the_rest(
        bool isDiskFull, bool isDeferred)
    {
        var step = 0;
        for (var isDone = false; !isDone; step++)
        {
            var store = new MemoryBlobStore();
            var scene = await PrepareAsync(store, isDeferred);
            var operations = isDiskFull ? StoreOperations.Put : StoreOperations.Writes;
            using var faulty = new FaultyBlobStore(
                store, new Fault(operations, step, FaultKind.NoSpace, IsLasting: true));
            await TryCollectAsync(scene.Through(faulty));
            isDone = !faulty.FaultReached;
            await BuryAsync(store);
            await scene.HoldsAsync();

            // The dead run's condemnation binds a new backup, and the next run finishes it.
            var bytes = Scene.Random(1, 40);
            await scene.BackupAsync(bytes[..(30 * Scene.Chunk)]);
            await scene.CollectAsync();
            await scene.CollectAsync();
            await scene.HoldsAsync();
            Assert.Empty(await store.ListAsync("condemned/", Token));
            Assert.InRange(await scene.SizeAsync(), 40 * Scene.Chunk, 65 * Scene.Chunk);
        }

        // The lock, a condemnation, an index, a pack and its index, ...
        Assert.InRange(step, isDiskFull ? 3 : 8, 100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Points_restore_after_any_sequence_of_backups_forgets_and_collections(int seed)
    {
        var random = new Random(seed);
        var store = new MemoryBlobStore();
        var scene = await Scene.CreateAsync(store);
        var bytes = Scene.Random(seed, 24);
        var open = new List<OpenBackup>();
        for (var i = 0; i < 60; i++)
        {
            switch (random.Next(8))
            {
                case 0 or 1:
                    bytes = Change(bytes, random);
                    await scene.BackupAsync(bytes);
                    break;
                case 2 when scene.Points.Count > 0:
                    await scene.ForgetAsync(scene.Points.Keys.ElementAt(random.Next(scene.Points.Count)));
                    break;
                case 3 or 4:
                    await scene.CollectAsync();
                    await scene.HoldsAsync();
                    break;
                case 5 when open.Count < 3:
                    open.Add(await scene.BeginAsync(random.Next(2) == 0 ? bytes : Change(bytes, random)));
                    break;
                case 6 when open.Count > 0:
                    await open[random.Next(open.Count)].StoreAsync();
                    break;
                case 7 when open.Count > 0:
                    var ending = open[random.Next(open.Count)];
                    open.Remove(ending);
                    if (random.Next(3) > 0) await ending.CommitAsync();
                    else await ending.DisposeAsync();
                    break;
            }
        }

        foreach (var left in open) await left.DisposeAsync();
        await scene.CollectAsync();
        await scene.CollectAsync();
        await scene.HoldsAsync();
        Assert.Empty(await store.ListAsync("condemned/", Token));
        foreach (var point in scene.Points.Keys.ToList()) await scene.ForgetAsync(point);
        await scene.CollectAsync();
        Assert.Equal(0, await scene.SizeAsync());
        Assert.Empty(await store.ListAsync("indexes/", Token));
    }

    /// <summary>A point that needs a quarter of what a forgotten one had, and a pack that nobody needs.</summary>
    private static async Task<Scene> PrepareAsync(MemoryBlobStore store, bool isDeferred)
    {
        var scene = await Scene.CreateAsync(store);
        var large = Scene.Random(1, 40);
        var first = await scene.BackupAsync(large);
        await scene.BackupAsync(large[..(10 * Scene.Chunk)]);
        var second = await scene.BackupAsync(Scene.Random(2, 10));
        await scene.BackupAsync(Scene.Random(3, 10));
        await scene.ForgetAsync(first);
        await scene.ForgetAsync(second);
        if (!isDeferred) return scene;
        await using var session = await scene.BeginAsync(large);
        await session.StoreAsync();
        await scene.CollectAsync();
        await session.CommitAsync();
        return scene;
    }

    private static async Task TryCollectAsync(Scene scene)
    {
        try
        {
            await scene.CollectAsync();
        }
        catch (IOException)
        {
            // What was planned.
        }
    }

    /// <summary>The locks of a process that is dead; the test itself lives on.</summary>
    private static async Task BuryAsync(MemoryBlobStore store)
    {
        foreach (var key in await store.ListAsync("locks/", Token)) await store.DeleteAsync(key, Token);
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        var changed = (byte[])bytes.Clone();
        for (var i = random.Next(12); i > 0; i--)
            random.NextBytes(changed.AsSpan(random.Next(changed.Length / Scene.Chunk) * Scene.Chunk, Scene.Chunk));
        return changed;
    }
}
