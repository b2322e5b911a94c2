using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>
/// Two sessions at the same time store the same, each beside other things. One of the copies is damaged, and nobody
/// knows: whatever is done, the good one stays.
/// </summary>
public sealed class TwoCopiesTests
{
    private static readonly byte[] s_same = Scene.Random(1, 6);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gc_keeps_the_only_good_copy_though_the_rest_of_its_pack_is_needless()
    {
        var (scene, large, _, small) = await CreateAsync();
        await scene.DamageAsync(s_same.AsMemory(0, Scene.Chunk), small);
        await scene.ForgetAsync(large);
        await scene.CollectAsync();
        await scene.HoldsAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // gc is, before it has merged the indexes: both copies are listed still
    public async Task Gc_keeps_the_only_good_copy_when_it_is_needed_again(bool isKilled)
    {
        var (scene, _, pack, small) = await CreateAsync();
        await scene.BackupAsync(Scene.Random(3, 20)); // for this the small pack stays
        await scene.DamageAsync(s_same.AsMemory(0, Scene.Chunk), small);
        await using var session = await scene.BeginAsync(s_same);
        await session.StoreAsync(); // finds all of it stored
        foreach (var point in scene.Points.Keys.Take(2).ToList()) await scene.ForgetAsync(point);
        if (isKilled) await CondemnAsync(scene, pack);
        else Assert.NotEqual(0, (await scene.CollectAsync()).DeferredBytes);
        await session.CommitAsync();
        await scene.CollectAsync();
        await scene.HoldsAsync();
    }

    [Fact]
    public async Task Repair_of_the_pack_with_the_good_copy_does_not_trust_the_other_one()
    {
        var (scene, _, pack, small) = await CreateAsync();
        await scene.DamageAsync(s_same.AsMemory(0, Scene.Chunk), small);
        await scene.ReplaceAsync(pack, content =>
        {
            content[^40] ^= 1; // its table
            return content;
        });
        await RepairAsync(scene);
        await scene.HoldsAsync();
        Assert.True((await scene.VerifyAsync(new VerifyRequest())).IsGood);
    }

    [Fact]
    public async Task A_session_does_not_rely_on_a_good_copy_that_is_condemned()
    {
        var (scene, _, pack, small) = await CreateAsync();
        await scene.DamageAsync(s_same.AsMemory(0, Scene.Chunk), small);
        foreach (var point in scene.Points.Keys.ToList()) await scene.ForgetAsync(point);
        await scene.VerifyAsync(new VerifyRequest()); // notes the bad copy
        await CondemnAsync(scene, pack);
        await scene.BackupAsync(s_same);
        await scene.CollectAsync();
        await scene.HoldsAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_index_that_lists_only_a_part_of_a_pack_does_not_stand_for_the_rest_of_it(int lost)
    {
        var (scene, _, _, _) = await CreateAsync();
        foreach (var key in await scene.Store.ListAsync("indexes/", Token)) await scene.Store.DeleteAsync(key, Token);
        await RepairAsync(scene);
        // What both packs have is listed in one index for the one, and in the other index for the other.
        var indexes = await scene.Store.ListAsync("indexes/", Token);
        Assert.Equal(2, indexes.Count);
        await scene.Store.DeleteAsync(indexes[lost], Token);
        await RepairAsync(scene);
        await scene.HoldsAsync();
        Assert.True((await scene.VerifyAsync(new VerifyRequest())).IsGood);
    }

    [Fact]
    public async Task A_copy_that_a_merged_index_left_out_is_found_when_the_other_one_is_damaged()
    {
        var (scene, _, _, _) = await CreateAsync();
        await MergeIndexesAsync(scene);
        await scene.DamageAsync(s_same.AsMemory(0, Scene.Chunk)); // the copy that is listed
        Assert.False((await scene.VerifyAsync(new VerifyRequest())).IsGood);
        await RepairAsync(scene);
        await scene.HoldsAsync();
        Assert.True((await scene.VerifyAsync(new VerifyRequest())).IsGood);
    }

    [Fact]
    public async Task Copies_that_a_merged_index_left_out_are_no_news()
    {
        var (scene, _, _, _) = await CreateAsync();
        await MergeIndexesAsync(scene);
        Assert.False((await RepairAsync(scene)).NeedsVerify);
        await scene.HoldsAsync();
    }

    private static async Task CondemnAsync(Scene scene, string pack)
    {
        using var repository = await scene.OpenAsync();
        await Condemnation.PronounceAsync(repository, [ChunkId.Parse(Path.GetFileName(pack))], Token);
    }

    private static async Task MergeIndexesAsync(Scene scene)
    {
        using var repository = await scene.OpenAsync();
        await using var held = await MaintenanceLock.TakeAsync(repository, "test", Token);
        await new IndexRewriter(repository, held, new HashSet<ChunkId>(), new GcTally(scene.Store))
            .RewriteAsync(await repository.Index.GetFilesAsync(Token), new HashSet<ChunkId>(), Token);
    }

    private static async Task<RepairReport> RepairAsync(Scene scene)
    {
        using var repository = await scene.OpenAsync();
        var report = await RepositoryRepairer.RepairAsync(repository, Token);
        Assert.True(report.IsGood);
        return report;
    }

    /// <returns>The scene, the point of the large backup, its pack, and the pack of the small one.</returns>
    private static async Task<(Scene Scene, string Large, string Pack, string Small)> CreateAsync()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        // The larger index is asked first. The smaller pack stays worth to be kept without what both have.
        await using var one = await scene.BeginAsync([.. s_same, .. Scene.Random(2, 40)]);
        await using var two = await scene.BeginAsync([.. s_same, .. Scene.Random(3, 20)]);
        await one.StoreAsync();
        await two.StoreAsync();
        var large = await one.CommitAsync();
        var pack = Assert.Single(await scene.Store.ListAsync("packs/", Token));
        await two.CommitAsync();
        return (scene, large, pack, (await scene.Store.ListAsync("packs/", Token)).Single(key => key != pack));
    }
}
