using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Sessions;

/// <summary>The path of every chunk makes no garbage once its pools are filled.</summary>
public sealed class AllocationTests
{
    private const int Chunk = 64 * 1024;
    private const int WarmUp = 600;
    private const int Chunks = 1200;
#if DEBUG
    // Unoptimized async methods make an object each.
    private const int Most = 4096;
#else
    private const int Most = 100;
#endif

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_chunk_that_is_stored_known_or_read_costs_less_than_a_hundred_bytes(bool isEncrypted)
    {
        var secret = isEncrypted ? new RepositorySecret.KeyFile(new byte[32]) : null;
        using var repository = await Repository.CreateAsync(
            new MemoryBlobStore(), new RepositoryOptions { Secret = secret }, TimeProvider.System, Token);
        var data = Half(new byte[Chunk]);
        var ids = new ChunkId[Chunks];
        await using (var writer = await repository.BeginWriteAsync("test", Token))
        {
            var stored = await MeasureAsync(i => AddAsync(writer, data, i, ids));
            await writer.FinishAsync(Token);
            Assert.InRange(stored, 0, Most);
        }

        await using (var writer = await repository.BeginWriteAsync("test", Token))
            Assert.InRange(await MeasureAsync(i => AddAsync(writer, data, i, ids)), 0, Most);
        Assert.InRange(await MeasureAsync(i => repository.Reader.ReadAsync(ids[i], data, Token)), 0, Most);
    }

    /// <summary>The median of what a call allocates on this thread, in bytes.</summary>
    private static async Task<long> MeasureAsync(Func<int, ValueTask> call)
    {
        var costs = new List<long>(Chunks);
        for (var i = 0; i < Chunks; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var running = call(i);
            // One that waits for the disk goes on elsewhere and is not counted.
            if (running.IsCompletedSuccessfully && i >= WarmUp)
                costs.Add(GC.GetAllocatedBytesForCurrentThread() - before);
            await running;
        }

        Assert.True(costs.Count > (Chunks - WarmUp) / 2, $"only {costs.Count} calls ended at once");
        costs.Sort();
        return costs[costs.Count / 2];
    }

    private static async ValueTask AddAsync(BlobWriter writer, byte[] data, int number, ChunkId[] ids)
    {
        BitConverter.TryWriteBytes(data, number);
        ids[number] = (await writer.AddAsync(data, Token)).Id;
    }

    // Neither pure noise nor all zeroes: it is sampled, compressed and stored smaller.
    private static byte[] Half(byte[] data)
    {
        new Random(1).NextBytes(data.AsSpan(0, data.Length / 3));
        return data;
    }
}
