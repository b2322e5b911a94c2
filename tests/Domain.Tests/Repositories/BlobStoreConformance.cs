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
        var part = new byte[3];
        await Store.ReadAsync("a/b", 2, part, Token);
        Assert.Equal("llo"u8.ToArray(), part);
    }

    [Fact]
    public async Task An_existing_blob_is_not_replaced()
    {
        await Store.PutIfAbsentAsync("key", "first"u8.ToArray(), Token);
        Assert.False(await Store.PutIfAbsentAsync("key", "second"u8.ToArray(), Token));
        Assert.Equal("first"u8.ToArray(), await Store.ReadAllAsync("key", Token));
    }

    [Fact]
    public async Task An_absent_blob_and_a_range_past_the_end_are_missing()
    {
        await Store.PutIfAbsentAsync("short", new byte[4], Token);
        await Assert.ThrowsAsync<BlobMissingException>(() => Store.ReadAllAsync("absent", Token));
        await Assert.ThrowsAsync<BlobMissingException>(async () =>
            await Store.ReadAsync("absent", 0, new byte[1], Token));
        await Assert.ThrowsAsync<BlobMissingException>(async () =>
            await Store.ReadAsync("short", 2, new byte[3], Token));
    }

    [Fact]
    public async Task A_folder_lists_its_keys_in_order_and_no_others()
    {
        foreach (var key in new[] { "x/2", "x/1", "x/y/3", "z/4" })
            await Store.PutIfAbsentAsync(key, new byte[1], Token);
        Assert.Equal(["x/1", "x/2", "x/y/3"], await Store.ListAsync("x/", Token));
        Assert.Empty(await Store.ListAsync("absent/", Token));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_deleting_twice_is_no_error()
    {
        await Store.PutIfAbsentAsync("d/1", new byte[1], Token);
        await Store.DeleteAsync("d/1", Token);
        await Store.DeleteAsync("d/1", Token);
        Assert.Empty(await Store.ListAsync("d/", Token));
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        await Store.PutIfAbsentAsync("empty", ReadOnlyMemory<byte>.Empty, Token);
        Assert.Empty(await Store.ReadAllAsync("empty", Token));
    }
}
