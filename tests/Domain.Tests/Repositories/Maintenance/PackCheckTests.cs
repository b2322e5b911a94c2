using System.Security.Cryptography;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maintenance;
using LibvirtBackup.Repositories.Packs;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>Blobs are checked several at a time; what is wrong with one says nothing of those beside it.</summary>
public sealed class PackCheckTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_damaged_blob_is_found_and_no_other(bool isEncrypted)
    {
        var secret = isEncrypted ? new RepositorySecret.KeyFile(new byte[32]) : null;
        using var repository = await Repository.CreateAsync(
            new MemoryBlobStore(), new RepositoryOptions { Secret = secret }, TimeProvider.System, Token);
        var (pack, content) = await WriteAsync(repository);
        var whole = await CheckAsync(repository, pack, content);
        Assert.Null(whole.Problem);
        Assert.Empty(whole.Damaged);
        Assert.Equal(Blobs().Count(), whole.CheckedBlobs);
        Assert.Equal(Blobs().Sum(blob => (long)blob.Length), whole.CheckedBytes);

        foreach (var entry in whole.Table!.Entries)
        {
            var damaged = content.ToArray();
            damaged[entry.Offset + (entry.StoredLength / 2)] ^= 1;
            var found = await CheckAsync(repository, pack, damaged);
            Assert.Equal(entry, Assert.Single(found.Damaged).Entry);
            Assert.Equal(whole.CheckedBlobs - 1, found.CheckedBlobs);
            Assert.Equal(whole.CheckedBytes - entry.PlainLength, found.CheckedBytes);
        }
    }

    /// <summary>Runs of one length and codec, of all counts up to more than are taken at a time; single ones.</summary>
    private static IEnumerable<byte[]> Blobs()
    {
        for (var run = 1; run <= BlobNames.MostTogether + 1; run++)
        {
            for (var i = 0; i < run; i++) yield return Scene.Random((run * 10) + i, 1);
            for (var i = 0; i < run; i++)
                yield return [.. Enumerable.Repeat((byte)((run * 10) + i), Scene.Chunk - 1), 0];
        }

        yield return RandomNumberGenerator.GetBytes(1);
        yield return RandomNumberGenerator.GetBytes(Scene.Chunk + 1);
    }

    private static async Task<(ChunkId Pack, ReadOnlyMemory<byte> Content)> WriteAsync(Repository repository)
    {
        await using (var writer = await repository.BeginWriteAsync("test", Token))
        {
            foreach (var blob in Blobs()) await writer.AddAsync(blob, Token);
            await writer.FinishAsync(Token);
        }

        var pack = Assert.Single(await PackTables.ListAsync(repository.Store, Token));
        return (pack, await repository.Store.ReadAllAsync(PackFormat.KeyOf(pack), Token));
    }

    private static async Task<PackFindings> CheckAsync(
        Repository repository, ChunkId pack, ReadOnlyMemory<byte> content)
    {
        var store = new MemoryBlobStore();
        await store.PutIfAbsentAsync(PackFormat.KeyOf(pack), content, Token);
        using var check = new PackCheck(
            store,
            (table, entries, bytes, problems) => repository.Decoder.CheckAll(table.Salt, entries, bytes, problems));
        return await check.CheckAsync(pack, Token);
    }
}
