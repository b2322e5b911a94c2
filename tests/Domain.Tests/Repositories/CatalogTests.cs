using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Catalog;
using LibvirtBackup.Repositories.Keys;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories;

public sealed class CatalogTests
{
    private readonly MemoryBlobStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_listing_is_the_same_with_and_without_a_catalog(bool encrypted)
    {
        var secret = encrypted ? new RepositorySecret.KeyFile(new byte[32]) : null;
        using var repository = await Repository.CreateAsync(
            _store, new RepositoryOptions { Secret = secret }, TimeProvider.System, Token);
        for (var i = 0; i < 150; i++) await repository.CommitAsync(Point(i), Token);
        Assert.Single(await _store.ListAsync(CatalogFormat.Folder, Token));
        await repository.ForgetAsync(Point(7).Id, Token);

        var with = await repository.ListPointsAsync(Token);
        foreach (var key in await _store.ListAsync(CatalogFormat.Folder, Token)) await _store.DeleteAsync(key, Token);
        var without = await repository.ListPointsAsync(Token);

        Assert.Equal(149, with.Points.Count);
        Assert.Equivalent(without, with, strict: true);
        Assert.Equal(
            Enumerable.Range(0, 150).Where(i => i != 7).Select(i => Point(i).Id), with.Points.Select(p => p.Id));
    }

    [Fact]
    public async Task A_listing_reads_only_the_manifests_that_no_catalog_has()
    {
        var counting = new CountingBlobStore(_store) { Folder = "points/" };
        using var repository = await Repository.CreateAsync(
            counting, new RepositoryOptions(), TimeProvider.System, Token);
        for (var i = 0; i < 130; i++) await repository.CommitAsync(Point(i), Token);
        counting.Reads = 0;
        await repository.ListPointsAsync(Token);
        Assert.Equal(130 - 128, counting.Reads);
    }

    [Fact]
    public async Task A_damaged_catalog_counts_as_absent()
    {
        var counting = new CountingBlobStore(_store) { Folder = "points/" };
        using var repository = await Repository.CreateAsync(
            counting, new RepositoryOptions(), TimeProvider.System, Token);
        for (var i = 0; i < 64; i++) await repository.CommitAsync(Point(i), Token);
        var key = Assert.Single(await _store.ListAsync(CatalogFormat.Folder, Token));
        var content = await _store.ReadAllAsync(key, Token);
        for (var at = 0; at < content.Length; at += 97)
        {
            var damaged = (byte[])content.Clone();
            damaged[at] ^= 4;
            await _store.DeleteAsync(key, Token);
            await _store.PutIfAbsentAsync(key, damaged, Token);
            counting.Reads = 0;
            Assert.Equal(64, (await repository.ListPointsAsync(Token)).Points.Count);
            Assert.Equal(64, counting.Reads);
        }
    }

    private static RestorePoint Point(int number) =>
        TestPoints.Make(Guid.NewGuid(), number, BackupLevel.Differential, number % 2 == 0 ? $"c{number}" : null) with
        {
            Id = $"20260101T000000Z-{number:x6}",
            DomainUuid = new Guid(number, 2, 3, new byte[8]),
            Domain = "dömain",
            Parent = number % 3 == 0 ? "parent" : null,
            Time = DateTimeOffset.UnixEpoch.AddSeconds(number),
        };
}
