using System.Collections.Immutable;
using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories.Catalog;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Reliability;

/// <summary>
/// Single changed bits and truncations of every kind of object: verify and scrub find each of them, a restore gives the
/// right bytes or says what is damaged, and nothing else ever happens.
/// </summary>
public sealed class BitRotTests
{
    private const int TrialsPerRepository = 5000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_damage_is_found_and_a_restore_gives_the_right_bytes_or_says_what_is_damaged(bool isEncrypted)
    {
        var scene = new RepositoryScene(isEncrypted);
        var blobs = await MakeRepositoryAsync(scene);
        var kinds = blobs.Keys.GroupBy(key => key.Split('/')[0], StringComparer.Ordinal).ToArray();
        var limit = 2 * await CleanAllocationAsync(scene, blobs);
        var random = new Random(isEncrypted ? 1 : 2);
        var detected = kinds.ToDictionary(kind => kind.Key, _ => 0, StringComparer.Ordinal);
        for (var trial = 0; trial < TrialsPerRepository; trial++)
        {
            var kind = kinds[trial % kinds.Length];
            var key = kind.ElementAt(random.Next(kind.Count()));
            var (content, how) = Damage(blobs[key], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            if (await IsDetectedAsync(scene, blobs.SetItem(key, content), $"{key}: {how}")) detected[kind.Key]++;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < limit, $"{key}: {how}: {allocated} bytes were allocated, usually {limit / 2}");

            // A catalog is a cache: a damaged one counts as absent. The reserve is never read.
            if (kind.Key is "catalog" or "reserve") continue;
            Assert.True(await IsFoundByVerifyAsync(scene, blobs.SetItem(key, content)), $"verify: {key}: {how}");
            Assert.True(await IsFoundByScrubAsync(blobs.SetItem(key, content)), $"scrub: {key}: {how}");
        }

        Assert.False(await IsFoundByVerifyAsync(scene, blobs));
        Assert.False(await IsFoundByScrubAsync(blobs));

        var each = TrialsPerRepository / kinds.Length;
        Assert.Equal(each, detected["config.json"], tolerance: 1);
        Assert.Equal(each, detected["points"], tolerance: 1);
        // The rest is the table, which a restore does not read, and the closing magic.
        Assert.InRange(detected["packs"], each * 9 / 10, each + 1);
        Assert.InRange(detected["indexes"], each * 9 / 10, each + 1);
        if (isEncrypted) Assert.Equal(each, detected["keys"], tolerance: 1);
        foreach (var unread in new[] { "locks", "condemned", "damaged", "catalog", "reserve" })
            Assert.Equal(0, detected[unread]);
    }

    private static async Task<bool> IsFoundByVerifyAsync(
        RepositoryScene scene, ImmutableSortedDictionary<string, byte[]> blobs)
    {
        try
        {
            using var repository = await scene.OpenAsync(new RecordingBlobStore(blobs), Token);
            return !(await RepositoryVerifier.VerifyAsync(repository, new VerifyRequest(), null, Token)).IsGood;
        }
        catch (BackupException e)
        {
            Assert.Equal(FailureKind.Integrity, e.Kind);
            return true;
        }
    }

    private static async Task<bool> IsFoundByScrubAsync(ImmutableSortedDictionary<string, byte[]> blobs) =>
        !(await RepositoryScrubber.ScrubAsync(new RecordingBlobStore(blobs), null, Token)).IsGood;

    private static async Task<ImmutableSortedDictionary<string, byte[]>> MakeRepositoryAsync(RepositoryScene scene)
    {
        var store = new RecordingBlobStore();
        using var repository = await scene.CreateAsync(store, Token);
        var disk = RepositoryScene.MakeDisk(4, seed: 3);
        var first = await scene.BackUpAsync(repository, disk, parent: null, Token);
        RepositoryScene.WriteCluster(disk, 1, new Random(4));
        await scene.BackUpAsync(repository, disk, first, Token);
        await repository.Locks.TakeSessionAsync("test", Token);
        var absent = new string('a', 64);
        await repository.Documents.WriteAsync(
            "condemned/1.json", new CondemnedDocument([absent]), RepositoryJson.Default.CondemnedDocument, Token);
        await repository.Documents.WriteAsync(
            "damaged/1.json", new DamagedDocument([absent], []), RepositoryJson.Default.DamagedDocument, Token);
        var (key, catalog) = CatalogFormat.Write(
            (await repository.ListPointsAsync(Token)).Points, await scene.OpenKeysAsync(repository, Token));
        return store.Blobs.Add(key, catalog);
    }

    private static (byte[] Content, string How) Damage(byte[] content, Random random)
    {
        if (random.Next(4) == 0)
        {
            var length = random.Next(content.Length);
            return (content[..length], $"cut to {length} of {content.Length} bytes");
        }

        var (at, bit) = (random.Next(content.Length), random.Next(8));
        var changed = (byte[])content.Clone();
        changed[at] ^= (byte)(1 << bit);
        return (changed, $"bit {bit} of byte {at} of {content.Length} changed");
    }

    private static async Task<long> CleanAllocationAsync(
        RepositoryScene scene, ImmutableSortedDictionary<string, byte[]> blobs)
    {
        await IsDetectedAsync(scene, blobs, "clean");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(await IsDetectedAsync(scene, blobs, "clean"));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <returns>True when the damage was found; false when all points restored right.</returns>
    private static async Task<bool> IsDetectedAsync(
        RepositoryScene scene, ImmutableSortedDictionary<string, byte[]> blobs, string what)
    {
        try
        {
            var points = await scene.AssertAllRestoreAsync(new RecordingBlobStore(blobs), what, Token);
            Assert.Equal(scene.Begun.Count, points.Count);
            return false;
        }
        catch (BackupException e)
        {
            Assert.True(e.Kind is FailureKind.Integrity, $"{what}: {e.Kind}: {e.Message}");
            return true;
        }
    }
}
