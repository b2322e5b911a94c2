using LibvirtBackup.Repositories.Blobs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>What every blob store must do; run on each implementation.</summary>
public abstract class BlobStoreConformance
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected abstract IBlobStore Store { get; }

    [Fact]
    public async Task A_blob_reads_back_whole_and_in_part()
    {
        Assert.True(await Store.PutIfAbsentAsync("a/b", "hello"u8.ToArray(), Token));
        Assert.Equal("hello"u8.ToArray(), await Store.ReadAllAsync("a/b", Token));
        Assert.Equal("llo"u8.ToArray(), await ReadAsync("a/b", 2, 3));
    }

    [Fact]
    public async Task An_existing_blob_is_not_replaced()
    {
        await Store.PutIfAbsentAsync("key", "first"u8.ToArray(), Token);
        Assert.False(await Store.PutIfAbsentAsync("key", "second"u8.ToArray(), Token));
        Assert.Equal("first"u8.ToArray(), await Store.ReadAllAsync("key", Token));
    }

    [Fact]
    public async Task Of_many_that_put_the_same_key_at_once_one_wins_and_its_blob_is_there()
    {
        for (var round = 0; round < 20; round++)
        {
            var key = $"race/{round}";
            using var start = new Barrier(8);
            var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(Token);
                    return Store.PutIfAbsentAsync(key, Filled(1000, (byte)i), Token);
                },
                Token,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap()));
            Assert.Equal(1, won.Count(isFirst => isFirst));
            Assert.Equal(Filled(1000, (byte)Array.IndexOf(won, true)), await Store.ReadAllAsync(key, Token));
        }
    }

    [Fact]
    public async Task Blobs_of_one_new_folder_can_be_put_at_once()
    {
        await Parallel.ForAsync(0, 64, Token, async (i, token) =>
            Assert.True(await Store.PutIfAbsentAsync($"new/{i % 4}/{i:00}", Filled(i, (byte)i), token)));
        Assert.Equal(64, (await Store.ListAsync("new/", Token)).Count);
        for (var i = 0; i < 64; i++)
            Assert.Equal(Filled(i, (byte)i), await Store.ReadAllAsync($"new/{i % 4}/{i:00}", Token));
    }

    [Fact]
    public async Task What_the_caller_does_with_its_buffers_afterwards_changes_nothing()
    {
        var mine = Filled(100, 1);
        await Store.PutIfAbsentAsync("own", mine, Token);
        mine.AsSpan().Fill(2);
        var read = await Store.ReadAllAsync("own", Token);
        Assert.Equal(Filled(100, 1), read);
        read.AsSpan().Fill(3);
        Assert.Equal(Filled(100, 1), await Store.ReadAllAsync("own", Token));
    }

    [Fact]
    public async Task An_absent_blob_and_a_range_past_the_end_are_missing()
    {
        await Store.PutIfAbsentAsync("short", new byte[4], Token);
        await AssertMissingAsync("absent", 0, 1);
        await AssertMissingAsync("short", 2, 3);
        await AssertMissingAsync("short", 4, 1);
        await AssertMissingAsync("short", long.MaxValue - 1, 1);
        var e = await Assert.ThrowsAsync<BlobMissingException>(() => Store.ReadAllAsync("absent", Token));
        Assert.Equal("absent", e.Key);
        await Assert.ThrowsAsync<BlobMissingException>(() => Store.ReadAllAsync("absent/folder/key", Token));
    }

    [Fact]
    public async Task Ranges_may_touch_the_ends()
    {
        var blob = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await Store.PutIfAbsentAsync("range", blob, Token);
        foreach (var (offset, length) in new[] { (0, 256), (0, 1), (255, 1), (128, 128), (0, 0), (256, 0) })
            Assert.Equal(blob[offset..(offset + length)], await ReadAsync("range", offset, length));
    }

    [Fact]
    public async Task A_length_is_told_without_reading()
    {
        await Store.PutIfAbsentAsync("l/5", new byte[5], Token);
        await Store.PutIfAbsentAsync("l/0", ReadOnlyMemory<byte>.Empty, Token);
        Assert.Equal(5, await Store.GetLengthAsync("l/5", Token));
        Assert.Equal(0, await Store.GetLengthAsync("l/0", Token));
        Assert.Null(await Store.GetLengthAsync("l/1", Token));
        Assert.Null(await Store.GetLengthAsync("none/1", Token));
        Assert.Null(await Store.GetLengthAsync("l", Token));
    }

    [Fact]
    public async Task A_folder_lists_its_keys_in_order_and_no_others()
    {
        string[] keys = ["x/2", "x/1", "x/y/3", "x/A", "x/a", "x/y-1", "x/y.json", "xy/1", "z/4", "x1"];
        foreach (var key in keys) await Store.PutIfAbsentAsync(key, new byte[1], Token);
        Assert.Equal(
            ["x/1", "x/2", "x/A", "x/a", "x/y-1", "x/y.json", "x/y/3"], await Store.ListAsync("x/", Token));
        Assert.Equal(["x/y/3"], await Store.ListAsync("x/y/", Token));
        Assert.Empty(await Store.ListAsync("absent/", Token));
    }

    [Theory]
    [InlineData("odd/a b")]
    [InlineData("odd/-dash")]
    [InlineData("odd/a..b")]
    [InlineData("odd/a+b=c,d;e@f#g%20")]
    [InlineData("odd/'quoted' \"twice\"")]
    [InlineData("odd/$HOME*?[x]")]
    [InlineData("odd/back\\slash")]
    [InlineData("odd/größe-日本")]
    [InlineData("odd/new\nline")]
    public async Task Any_legal_file_name_is_a_key(string key)
    {
        Assert.True(await Store.PutIfAbsentAsync(key, "x"u8.ToArray(), Token));
        Assert.Equal([key], await Store.ListAsync("odd/", Token));
        Assert.Equal("x"u8.ToArray(), await Store.ReadAllAsync(key, Token));
        await Store.DeleteAsync(key, Token);
        Assert.Empty(await Store.ListAsync("odd/", Token));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_deleting_twice_is_no_error()
    {
        await Store.PutIfAbsentAsync("d/1", new byte[1], Token);
        Assert.Equal(new byte[1], await ReadAsync("d/1", 0, 1));
        await Store.DeleteAsync("d/1", Token);
        await Store.DeleteAsync("d/1", Token);
        await Store.DeleteAsync("never/was", Token);
        Assert.Empty(await Store.ListAsync("d/", Token));
        await AssertMissingAsync("d/1", 0, 1);
        Assert.Null(await Store.GetLengthAsync("d/1", Token));
    }

    [Fact]
    public async Task A_key_can_be_used_again_after_it_was_deleted()
    {
        await Store.PutIfAbsentAsync("again", "old"u8.ToArray(), Token);
        Assert.Equal("old"u8.ToArray(), await ReadAsync("again", 0, 3));
        await Store.DeleteAsync("again", Token);
        Assert.True(await Store.PutIfAbsentAsync("again", "new!"u8.ToArray(), Token));
        Assert.Equal("new!"u8.ToArray(), await ReadAsync("again", 0, 4));
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        Assert.True(await Store.PutIfAbsentAsync("empty", ReadOnlyMemory<byte>.Empty, Token));
        Assert.False(await Store.PutIfAbsentAsync("empty", new byte[1], Token));
        Assert.Empty(await Store.ReadAllAsync("empty", Token));
    }

    [Theory]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData((20 << 20) + 513)]
    public async Task A_blob_of_any_length_reads_back(int length)
    {
        var blob = new byte[length];
        new Random(length).NextBytes(blob);
        await Store.PutIfAbsentAsync("long", blob, Token);
        Assert.Equal(length, await Store.GetLengthAsync("long", Token));
        var read = await Store.ReadAllAsync("long", Token);
        Assert.True(blob.AsSpan().SequenceEqual(read));
        Assert.Equal(blob[^100..], await ReadAsync("long", length - 100, 100));
    }

    [Fact]
    public async Task Many_read_at_once()
    {
        for (var i = 0; i < 300; i++) await Store.PutIfAbsentAsync($"many/{i}", Filled(500, (byte)i), Token);
        await Parallel.ForAsync(0, 3000, Token, async (i, token) =>
        {
            var part = new byte[100];
            await Store.ReadAsync($"many/{i % 300}", i % 400, part, token);
            Assert.Equal(Filled(100, (byte)(i % 300)), part);
        });
    }

    private static byte[] Filled(int length, byte value)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private async Task<byte[]> ReadAsync(string key, long offset, int length)
    {
        var part = new byte[length];
        await Store.ReadAsync(key, offset, part, Token);
        return part;
    }

    private async Task AssertMissingAsync(string key, long offset, int length)
    {
        var e = await Assert.ThrowsAsync<BlobMissingException>(() => ReadAsync(key, offset, length));
        Assert.Equal(key, e.Key);
    }
}
