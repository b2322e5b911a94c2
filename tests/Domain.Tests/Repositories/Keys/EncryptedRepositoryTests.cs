using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Packs;
using LibvirtBackup.Repositories.Points;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Keys;

public sealed class EncryptedRepositoryTests
{
    private static readonly RepositorySecret s_secret = new RepositorySecret.KeyFile(new byte[32]);
    private static readonly byte[] s_text = Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Repeat("the quick brown fox ", 4000)));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blobs_come_back_and_nothing_of_them_is_in_the_store()
    {
        var store = new MemoryBlobStore();
        var blobs = new[] { s_text, RandomNumberGenerator.GetBytes(65536), [1] };
        var ids = new List<ChunkId>();
        using (var repository = await CreateAsync(store))
        {
            await using var writer = await repository.BeginWriteAsync("test", Token);
            foreach (var blob in blobs) ids.Add((await writer.AddAsync(blob, Token)).Id);
            await writer.FinishAsync(Token);
        }

        using var reopened = await Repository.OpenAsync(store, s_secret, TimeProvider.System, Token);
        for (var i = 0; i < blobs.Length; i++) Assert.Equal(blobs[i], await reopened.Reader.ReadAsync(ids[i], Token));
        Assert.All(blobs, blob => Assert.DoesNotContain(ChunkId.Compute(blob), ids));
        foreach (var key in await store.ListAsync("", Token))
        {
            var content = await store.ReadAllAsync(key, Token);
            Assert.Equal(-1, content.AsSpan().IndexOf("quick brown"u8));
            Assert.Equal(-1, content.AsSpan().IndexOf(blobs[1].AsSpan(100, 32)));
        }
    }

    [Fact]
    public async Task Without_the_right_secret_it_does_not_open()
    {
        var store = new MemoryBlobStore();
        (await CreateAsync(store)).Dispose();

        foreach (var secret in new RepositorySecret?[]
        {
            null, new RepositorySecret.KeyFile(Enumerable.Repeat((byte)1, 32).ToArray()),
            new RepositorySecret.Passphrase("guess"),
        })
        {
            var failure = await Assert.ThrowsAsync<BackupException>(
                () => Repository.OpenAsync(store, secret, TimeProvider.System, Token));
            Assert.Equal(FailureKind.Failed, failure.Kind);
        }
    }

    [Fact]
    public async Task The_same_data_in_two_repositories_has_different_names_and_bytes()
    {
        var stores = new[] { new MemoryBlobStore(), new MemoryBlobStore() };
        var ids = new List<ChunkId>();
        foreach (var store in stores)
        {
            using var repository = await CreateAsync(store);
            await using var writer = await repository.BeginWriteAsync("test", Token);
            ids.Add((await writer.AddAsync(s_text, Token)).Id);
            await writer.FinishAsync(Token);
        }

        Assert.NotEqual(ids[0], ids[1]);
        var packs = await Task.WhenAll(stores.Select(store => store.ListAsync(PackFormat.Folder, Token)));
        Assert.Empty(packs[0].Intersect(packs[1]));
    }

    [Fact]
    public async Task A_rotated_secret_opens_nothing_any_more_however_many_slots_it_had()
    {
        var store = new MemoryBlobStore();
        var next = new RepositorySecret.KeyFile(Enumerable.Repeat((byte)2, 32).ToArray());
        using (var repository = await CreateAsync(store))
        {
            await repository.AddKeyAsync(s_secret, "the same again", Token);
            await repository.RotateKeyAsync(s_secret, next, Token);
            Assert.Equal("first", Assert.Single(await repository.ListKeysAsync(Token)).Label);
        }

        (await Repository.OpenAsync(store, next, TimeProvider.System, Token)).Dispose();
        await Assert.ThrowsAsync<BackupException>(
            () => Repository.OpenAsync(store, s_secret, TimeProvider.System, Token));
    }

    [Fact]
    public async Task What_is_left_of_a_repository_is_not_made_a_new_one()
    {
        var store = new MemoryBlobStore();
        using (var repository = await CreateAsync(store)) await repository.CommitAsync(TestPoints.Make(
            Guid.Empty, 1, LibvirtBackup.Backups.BackupLevel.Full, null), Token);
        await store.DeleteAsync("config.json", Token);
        var keys = await store.ListAsync("keys/", Token);
        var failure = await Assert.ThrowsAsync<BackupException>(() => CreateAsync(store));
        Assert.Contains("config.json is gone", failure.Message, StringComparison.Ordinal);
        Assert.Equal(keys, await store.ListAsync("keys/", Token));
    }

    [Fact]
    public async Task What_somebody_wrote_without_the_key_is_no_point()
    {
        var store = new MemoryBlobStore();
        var point = TestPoints.Make(Guid.Empty, 1, LibvirtBackup.Backups.BackupLevel.Full, null);
        using (var repository = await CreateAsync(store)) await repository.CommitAsync(point, Token);
        var key = $"points/{point.Id}.json";
        var body = JsonSerializer.SerializeToUtf8Bytes(point, PointJson.Default.RestorePoint);
        await store.DeleteAsync(key, Token);
        await store.PutIfAbsentAsync(key, DocumentFormat.Write(key, body, keys: null), Token);

        using var reopened = await Repository.OpenAsync(store, s_secret, TimeProvider.System, Token);
        var failure = await Assert.ThrowsAsync<BackupException>(() => reopened.GetPointAsync(point.Id, Token));
        Assert.Equal(FailureKind.Integrity, failure.Kind);
        Assert.Contains("is not encrypted, as all", failure.Message, StringComparison.Ordinal);
        var (listed, damaged) = await reopened.ListPointsAsync(Token);
        Assert.Empty(listed);
        Assert.Single(damaged);
    }

    [Fact]
    public async Task One_that_somebody_has_made_a_plain_one_is_not_used_with_a_key()
    {
        var store = new MemoryBlobStore();
        (await CreateAsync(store)).Dispose();
        var body = DocumentFormat.Read("config.json", await store.ReadAllAsync("config.json", Token), keys: null);
        var plain = Encoding.UTF8.GetString(body.Span).Replace(
            "\"encrypted\":true", "\"encrypted\":false", StringComparison.Ordinal);
        Assert.NotEqual(Encoding.UTF8.GetString(body.Span), plain);
        await store.DeleteAsync("config.json", Token);
        await store.PutIfAbsentAsync(
            "config.json", DocumentFormat.Write("config.json", Encoding.UTF8.GetBytes(plain), keys: null), Token);

        var failure = await Assert.ThrowsAsync<BackupException>(
            () => Repository.OpenAsync(store, s_secret, TimeProvider.System, Token));
        Assert.Contains("is not encrypted, and a key was given", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_removed_and_rotated_by_one_at_a_time()
    {
        using var repository = await CreateAsync(new MemoryBlobStore());
        var added = await repository.AddKeyAsync(new RepositorySecret.Passphrase("second"), "second", Token);
        await using (await repository.Locks.TryTakeMaintenanceAsync("key remove", Token))
        {
            var failure = await Assert.ThrowsAsync<BackupException>(
                () => repository.RemoveKeyAsync(added.Id, Token));
            Assert.Equal(FailureKind.Busy, failure.Kind);
            failure = await Assert.ThrowsAsync<BackupException>(
                () => repository.RotateKeyAsync(s_secret, s_secret, Token));
            Assert.Equal(FailureKind.Busy, failure.Kind);
        }

        Assert.Equal(added, await repository.RemoveKeyAsync(added.Id, Token));
    }

    private static Task<Repository> CreateAsync(IBlobStore store) => Repository.CreateAsync(
        store, new RepositoryOptions { Secret = s_secret }, TimeProvider.System, Token);
}
