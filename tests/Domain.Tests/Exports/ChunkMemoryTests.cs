using LibvirtBackup.Exports.Points;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>Memory that the kernel may take back holds chunks, or says that it does not.</summary>
public sealed class ChunkMemoryTests
{
    private const int Chunk = 64 * 1024;
    private const int Page = VolatileMemory.PageBytes;

    [Fact]
    public void What_was_put_is_read_from_any_place_on()
    {
        using var memory = new ChunkMemory(new VolatileMemory(1), Chunk);
        var chunks = Enumerable.Range(0, 20).Select(i => Make(i, i == 19 ? 777 : Chunk)).ToList();
        foreach (var (id, bytes) in chunks) memory.Put(id, bytes);

        foreach (var (id, bytes) in chunks)
        {
            Assert.Equal(bytes, Read(memory, id, 0, bytes.Length));
            Assert.Equal(bytes[100..700], Read(memory, id, 100, 600));
            Assert.Null(Read(memory, id, 1, bytes.Length));
        }

        Assert.Null(Read(memory, Make(99, Chunk).Id, 0, 10));
    }

    [Fact]
    public void A_page_that_the_kernel_took_is_missed_and_no_other()
    {
        var pages = new VolatileMemory(1);
        using var memory = new ChunkMemory(pages, Chunk);
        var (id, bytes) = Make(1, Chunk);
        bytes.AsSpan(8 * Page, Page).Clear();
        memory.Put(id, bytes);

        pages.Slice(3 * Page, Page).Clear(); // as the kernel does it
        pages.Slice(8 * Page, Page).Clear(); // nobody can tell, and nobody needs to

        Assert.Null(Read(memory, id, 0, Chunk));
        Assert.Null(Read(memory, id, (4 * Page) - 1, 1));
        Assert.Equal(bytes[..(3 * Page)], Read(memory, id, 0, 3 * Page));
        Assert.Equal(bytes[(4 * Page)..], Read(memory, id, 4 * Page, 12 * Page));
        memory.Put(id, bytes);
        Assert.Equal(bytes, Read(memory, id, 0, Chunk));
    }

    [Fact]
    public async Task Many_who_read_and_write_never_get_the_bytes_of_another_chunk()
    {
        // Four times as many as there is room for.
        using var memory = new ChunkMemory(new VolatileMemory(1), Chunk);
        var chunks = Enumerable.Range(0, 4 * VolatileMemory.BlockBytes / Chunk).Select(i => Make(i, Chunk)).ToList();
        var hits = 0;

        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (worker, _) =>
        {
            var random = new Random(worker);
            for (var round = 0; round < 4000; round++)
            {
                var (id, bytes) = chunks[random.Next(chunks.Count)];
                if (Read(memory, id, 0, Chunk) is not { } found)
                {
                    memory.Put(id, bytes);
                    continue;
                }

                Assert.True(bytes.AsSpan().SequenceEqual(found));
                Interlocked.Increment(ref hits);
            }

            return ValueTask.CompletedTask;
        });

        Assert.InRange(hits, 1000, 31_000);
    }

    private static (ChunkId Id, byte[] Bytes) Make(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return (ChunkId.Compute(bytes), bytes);
    }

    private static byte[]? Read(ChunkMemory memory, ChunkId id, int within, int length)
    {
        var target = new byte[length];
        return memory.TryRead(id, within, target) ? target : null;
    }
}
