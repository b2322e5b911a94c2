using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

public sealed class RepositoryVerifierTests
{
    private const int Chunk = Scene.Chunk;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(VerifyDepth.Full, false)]
    [InlineData(VerifyDepth.Full, true)]
    [InlineData(VerifyDepth.Sample, false)]
    [InlineData(VerifyDepth.Structure, true)]
    public async Task What_is_whole_verifies(VerifyDepth depth, bool isEncrypted)
    {
        var scene = await Scene.CreateAsync(
            new MemoryBlobStore(), isEncrypted ? new RepositorySecret.Passphrase("correct horse") : null);
        await scene.BackupAsync(Scene.Random(1, 20));
        await scene.BackupAsync(Scene.Random(2, 300));
        var report = await scene.VerifyAsync(new VerifyRequest { Depth = depth, SamplePercent = 50 });
        Assert.True(report.IsGood);
        Assert.Equal(scene.Points.Keys, report.Points.Select(point => point.Id));
        if (depth == VerifyDepth.Full) Assert.InRange(report.CheckedBytes, 320 * Chunk, 321 * Chunk);
        if (depth == VerifyDepth.Sample) Assert.InRange(report.CheckedBlobs, 60, 280);
        Assert.Empty(await scene.Store.ListAsync("damaged/", Token));
        Assert.Empty(await scene.Store.ListAsync("locks/", Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_chunk_is_named_by_point_disk_and_offset(bool isEncrypted)
    {
        var scene = await Scene.CreateAsync(
            new MemoryBlobStore(), isEncrypted ? new RepositorySecret.Passphrase("correct horse") : null);
        var bytes = Scene.Random(1, 20);
        var first = await scene.BackupAsync(bytes);
        var second = await scene.BackupAsync([.. Scene.Random(2, 3), .. bytes[(5 * Chunk)..]]);
        var third = await scene.BackupAsync(Scene.Random(3, 5));
        await scene.DamageAsync(bytes.AsMemory(7 * Chunk, Chunk));

        var report = await scene.VerifyAsync(new VerifyRequest());
        Assert.False(report.IsGood);
        Assert.Equal([false, false, true], report.Points.Select(point => point.IsGood));
        var problem = Assert.Single(report.Points[0].Problems);
        Assert.Equal(("vda", 7L * Chunk, (long)Chunk), (problem.Disk, problem.OffsetBytes, problem.LengthBytes));
        Assert.Contains("at byte ", problem.Message, StringComparison.Ordinal);
        problem = Assert.Single(report.Points[1].Problems);
        Assert.Equal((5L * Chunk, (long)Chunk), (problem.OffsetBytes, problem.LengthBytes));
        Assert.Empty(report.Problems);

        using var repository = await scene.OpenAsync();
        Assert.Equal([first, second], (await repository.ListDamagedPointsAsync(Token)).Order());
        // The structure is whole, and so is what only the third point needs.
        Assert.True((await scene.VerifyAsync(new VerifyRequest { Depth = VerifyDepth.Structure })).IsGood);
        Assert.True((await scene.VerifyAsync(new VerifyRequest { Points = [third] })).Points[0].IsGood);
    }

    [Fact]
    public async Task A_backup_after_verify_heals_what_it_meets_and_the_next_verify_forgets_the_note()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 20);
        await scene.BackupAsync(bytes);
        await scene.DamageAsync(bytes.AsMemory(7 * Chunk, Chunk));
        Assert.False((await scene.VerifyAsync(new VerifyRequest())).IsGood);
        await scene.BackupAsync(bytes);
        var report = await scene.VerifyAsync(new VerifyRequest());
        Assert.All(report.Points, point => Assert.True(point.IsGood));
        // The bad copy is still there.
        Assert.Contains("another one is good", Assert.Single(report.Problems).Message, StringComparison.Ordinal);
        await scene.HoldsAsync();
        using var repository = await scene.OpenAsync();
        Assert.Empty(await repository.ListDamagedPointsAsync(Token));
    }

    [Theory]
    [InlineData(VerifyDepth.Full)]
    [InlineData(VerifyDepth.Structure)]
    public async Task A_pack_that_is_gone_or_cut_is_found_in_any_depth(VerifyDepth depth)
    {
        foreach (var keep in new[] { -1, 0, 100, 5 * Chunk })
        {
            var scene = await Scene.CreateAsync(new MemoryBlobStore());
            await scene.BackupAsync(Scene.Random(1, 4));
            var key = Assert.Single(await scene.Store.ListAsync("packs/", Token));
            await scene.BackupAsync(Scene.Random(2, 20));
            var other = (await scene.Store.ListAsync("packs/", Token)).Single(k => k != key);
            await scene.ReplaceAsync(other, content => keep < 0 ? null : content[..keep]);

            var report = await scene.VerifyAsync(new VerifyRequest { Depth = depth });
            Assert.Equal([true, false], report.Points.Select(point => point.IsGood));
            Assert.Contains(report.Problems, problem => problem.StoredObject == other);
            Assert.Equal(20 * Chunk, report.Points[1].Problems.Max(p => p.OffsetBytes + p.LengthBytes));
        }
    }

    [Fact]
    public async Task A_damaged_table_is_no_damage_of_the_blobs()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await scene.BackupAsync(Scene.Random(1, 4));
        var key = Assert.Single(await scene.Store.ListAsync("packs/", Token));
        await scene.ReplaceAsync(key, content =>
        {
            content[^20] ^= 1;
            return content;
        });
        var report = await scene.VerifyAsync(new VerifyRequest());
        Assert.True(report.Points[0].IsGood);
        Assert.Equal(key, Assert.Single(report.Problems).StoredObject);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(-1)]
    public async Task A_damaged_index_affects_all_until_it_is_made_anew(int at)
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await scene.BackupAsync(Scene.Random(1, 4));
        var key = Assert.Single(await scene.Store.ListAsync("indexes/", Token));
        await scene.ReplaceAsync(key, content =>
        {
            content[at < 0 ? ^1 : at] ^= 1;
            return content;
        });
        var report = await scene.VerifyAsync(new VerifyRequest { Depth = VerifyDepth.Structure });
        Assert.Equal(key, Assert.Single(report.Problems).StoredObject);
        var problem = Assert.Single(report.Points[0].Problems);
        Assert.Equal((0L, 4L * Chunk), (problem.OffsetBytes, problem.LengthBytes));
    }

    [Fact]
    public async Task A_lost_index_is_found()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await scene.BackupAsync(Scene.Random(1, 4));
        await scene.Store.DeleteAsync(Assert.Single(await scene.Store.ListAsync("indexes/", Token)), Token);
        var report = await scene.VerifyAsync(new VerifyRequest { Depth = VerifyDepth.Structure });
        var problem = Assert.Single(report.Points[0].Problems);
        Assert.Equal((0L, 4L * Chunk), (problem.OffsetBytes, problem.LengthBytes));
    }

    [Fact]
    public async Task A_damaged_manifest_harms_no_other_point()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var first = await scene.BackupAsync(Scene.Random(1, 4));
        await scene.BackupAsync(Scene.Random(2, 4));
        await scene.ReplaceAsync($"points/{first}.json", content => content[..^5]);
        var report = await scene.VerifyAsync(new VerifyRequest());
        Assert.Equal([false, true], report.Points.Select(point => point.IsGood));
        Assert.Equal($"points/{first}.json", Assert.Single(report.Points[0].Problems).StoredObject);
    }

    [Fact]
    public async Task Damage_of_what_no_point_needs_is_told_too()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 4);
        var gone = await scene.BackupAsync(bytes);
        await scene.ForgetAsync(gone);
        await scene.DamageAsync(bytes.AsMemory(0, Chunk));
        var report = await scene.VerifyAsync(new VerifyRequest());
        Assert.Contains("no point needs it", Assert.Single(report.Problems).Message, StringComparison.Ordinal);
        // Who stores the same again must not rely on it.
        await scene.BackupAsync(bytes);
        await scene.HoldsAsync();
    }

    [Fact]
    public async Task A_sample_of_no_percent_is_refused()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var failure = await Assert.ThrowsAsync<BackupException>(
            () => scene.VerifyAsync(new VerifyRequest { Depth = VerifyDepth.Sample, SamplePercent = 0 }));
        Assert.Equal(FailureKind.Usage, failure.Kind);
    }
}
