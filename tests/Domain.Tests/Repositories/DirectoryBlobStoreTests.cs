using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories;

public sealed class DirectoryBlobStoreTests : BlobStoreConformance, IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly DirectoryBlobStore _store;

    public DirectoryBlobStoreTests() => _store = new DirectoryBlobStore(_directory.Path);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected override IBlobStore Store => _store;

    [Fact]
    public async Task A_half_written_blob_is_not_seen()
    {
        await Store.PutIfAbsentAsync("h/whole", "whole"u8.ToArray(), Token);
        await File.WriteAllTextAsync(_directory.File("h/half.0123.lvbtmp"), "ha", Token);
        Assert.Equal(["h/whole"], await Store.ListAsync("h/", Token));
    }

    [Fact]
    public async Task A_put_leaves_no_temporary_file_whoever_won()
    {
        await Parallel.ForAsync(0, 32, Token, async (i, token) =>
            await Store.PutIfAbsentAsync($"t/{i % 4}", new byte[10_000], token));
        Assert.Equal(4, Directory.GetFiles(_directory.Path, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task A_put_that_fails_leaves_nothing()
    {
        // A file where a folder would be needed.
        await Store.PutIfAbsentAsync("f", new byte[1], Token);
        await Assert.ThrowsAnyAsync<IOException>(() => Store.PutIfAbsentAsync("f/g", new byte[1], Token));
        Assert.Equal([_directory.File("f")], Directory.GetFiles(_directory.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_the_disk_cannot_read_is_told_from_what_is_not_there()
    {
        // Nothing is mapped at the beginning of a process's memory, so to read there is an input/output error.
        File.CreateSymbolicLink(_directory.File("bad"), "/proc/self/mem");
        var failure = await Assert.ThrowsAsync<BlobUnreadableException>(
            () => Store.ReadAsync("bad", 0, new byte[16], Token).AsTask());
        Assert.Contains("'" + _directory.File("bad") + "' cannot be read at byte 0", failure.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_of_a_damaged_file_system_that_says_it_is_huge_is_damaged()
    {
        Directory.CreateDirectory(_directory.File("points"));
        using (var file = File.Create(_directory.File("points/x.json"))) file.SetLength(1L << 40);
        var failure = await Assert.ThrowsAsync<BackupException>(
            () => new DocumentStore(Store, keys: null).TryReadAsync("points/x.json", body => body.ToArray(), Token));
        Assert.Equal(FailureKind.Integrity, failure.Kind);
    }

    [Fact]
    public async Task A_put_that_is_cancelled_before_it_begins_leaves_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.PutIfAbsentAsync("c/1", new byte[1], new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFiles(_directory.Path, "*", SearchOption.AllDirectories));
    }

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }
}
