using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Packs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Indexes;

public sealed class IndexFileTests
{
    private static readonly IndexPack s_pack = new(ChunkId.Compute([1]), default, 4096);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1000)]
    [InlineData(64, 0)]
    [InlineData(65, 1000)]
    [InlineData(5000, 0)]
    [InlineData(5000, 1_000_000)]
    public async Task Every_entry_is_found_and_nothing_else(int count, int limit)
    {
        var entries = Entries(count);
        var file = await StoreAsync(new MemoryBlobStore(), entries, limit);

        for (var i = 0; i < count; i++)
            Assert.Equal((entries[i], i), await file.FindAsync(entries[i].Id, Token));
        for (var i = 0; i < 1000; i++)
            Assert.Null(await file.FindAsync(ChunkId.Compute(BitConverter.GetBytes(-1 - i)), Token));
    }

    [Fact]
    public async Task Ids_that_begin_alike_are_found_on_both_sides_of_a_border_between_blocks()
    {
        var entries = Enumerable.Range(0, 200)
            .Select(i => new IndexEntry(new ChunkId(7, (ulong)i, 0, 0), 0, i, 1, 1, BlobCodec.Plain)).ToArray();
        var file = await StoreAsync(new MemoryBlobStore(), entries, 0);

        for (var i = 0; i < entries.Length; i++)
            Assert.Equal(i, (await file.FindAsync(entries[i].Id, Token))?.Position);
        Assert.Null(await file.FindAsync(new ChunkId(7, 1000, 0, 0), Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000_000)]
    public async Task A_changed_bit_never_leads_to_a_wrong_answer(int limit)
    {
        var entries = Entries(300);
        var (id, content) = IndexWriter.Write([s_pack], entries);
        var random = new Random(5);
        var detected = 0;
        for (var round = 0; round < 500; round++)
        {
            var damaged = (byte[])content.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            var store = new MemoryBlobStore();
            await store.PutIfAbsentAsync(IndexFormat.KeyOf(id), damaged, Token);
            try
            {
                var file = await IndexFile.OpenAsync(store, new IndexMemory(limit), IndexFormat.KeyOf(id), Token);
                foreach (var entry in entries)
                    Assert.Contains(await file.FindAsync(entry.Id, Token), new (IndexEntry, int)?[]
                    {
                        null, (entry, Array.IndexOf(entries, entry)),
                    });
                for (var block = 0; block < file.BlockCount; block++) await file.ReadBlockAsync(block, Token);
            }
            catch (InvalidDataException)
            {
                detected++;
            }
        }

        Assert.Equal(500, detected);
    }

    [Fact]
    public async Task A_damaged_block_hides_no_entry_of_another_one_however_much_is_asked()
    {
        var entries = Entries(300);
        var (id, content) = IndexWriter.Write([s_pack], entries);
        content[^1] ^= 1;
        var store = new MemoryBlobStore();
        await store.PutIfAbsentAsync(IndexFormat.KeyOf(id), content, Token);
        var memory = new IndexMemory(1_000_000);
        var file = await IndexFile.OpenAsync(store, memory, IndexFormat.KeyOf(id), Token);
        for (var i = 0; i < 200; i++) Assert.Equal((entries[i], i), await file.FindAsync(entries[i].Id, Token));
        Assert.True(memory.TryTake(1_000_000), "what was not loaded takes memory");
    }

    [Fact]
    public async Task An_index_that_is_cut_while_it_is_open_is_damaged()
    {
        var entries = Entries(300);
        var (id, content) = IndexWriter.Write([s_pack], entries);
        var store = new MemoryBlobStore();
        await store.PutIfAbsentAsync(IndexFormat.KeyOf(id), content, Token);
        using var index = new PackIndex(store);
        await index.GetFilesAsync(Token);
        await store.DeleteAsync(IndexFormat.KeyOf(id), Token);
        await store.PutIfAbsentAsync(IndexFormat.KeyOf(id), content.AsMemory(0, 1000), Token);
        var failure = await Assert.ThrowsAsync<BackupException>(
            () => index.FindAsync(entries[200].Id, except: null, Token).AsTask());
        Assert.Equal(FailureKind.Integrity, failure.Kind);
    }

    private static IndexEntry[] Entries(int count) =>
        [.. Enumerable.Range(0, count)
            .Select(i => new IndexEntry(ChunkId.Compute(BitConverter.GetBytes(i)), 0, i, 10, 20, BlobCodec.Zstd))
            .OrderBy(entry => entry.Id)];

    private static async Task<IndexFile> StoreAsync(MemoryBlobStore store, IndexEntry[] entries, int limit)
    {
        var (id, content) = IndexWriter.Write([s_pack], entries);
        await store.PutIfAbsentAsync(IndexFormat.KeyOf(id), content, Token);
        return await IndexFile.OpenAsync(store, new IndexMemory(limit), IndexFormat.KeyOf(id), Token);
    }
}
