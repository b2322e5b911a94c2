using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>A disk that cannot read some of a pack, for a bad sector or a bad cable.</summary>
public sealed class BadSectorTests
{
    private const int Chunk = Scene.Chunk;

    private static readonly byte[] s_bytes = Scene.Random(1, 20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(VerifyDepth.Full)]
    [InlineData(VerifyDepth.Sample)]
    public async Task Verify_names_what_the_disk_cannot_read_and_goes_on(VerifyDepth depth)
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bad = await scene.BackupAsync(s_bytes);
        var good = await scene.BackupAsync(Scene.Random(2, 5));
        var sick = scene.Through(await BreakAsync(scene, 7));
        var report = await sick.VerifyAsync(new VerifyRequest { Depth = depth, SamplePercent = 100 });
        Assert.Equal([bad], report.Points.Where(point => !point.IsGood).Select(point => point.Id));
        Assert.Contains(report.Points, point => point.Id == good && point.IsGood);
        var problem = Assert.Single(report.Points[0].Problems);
        Assert.Equal((7L * Chunk, (long)Chunk), (problem.OffsetBytes, problem.LengthBytes));
        Assert.Contains("bad sector", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_read_harms_no_other_point()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bad = await scene.BackupAsync(s_bytes);
        var good = await scene.BackupAsync(Scene.Random(2, 5));
        var sick = scene.Through(new BadSectorStore(scene.Store, $"points/{bad}.json", 100));
        using (var repository = await sick.OpenAsync())
        {
            var list = await repository.ListPointsAsync(Token);
            Assert.Equal(good, Assert.Single(list.Points).Id);
            Assert.Single(list.Damaged);
        }

        var report = await sick.VerifyAsync(new VerifyRequest());
        Assert.Equal([false, true], report.Points.Select(point => point.IsGood));
        Assert.Single((await RepositoryScrubber.ScrubAsync(sick.Store, null, Token)).Problems);
        Assert.Equal(
            FailureKind.Integrity, (await Assert.ThrowsAsync<BackupException>(sick.CollectAsync)).Kind);
    }

    [Fact]
    public async Task Another_copy_is_read_instead()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        // The larger index is asked first.
        await using var one = await scene.BeginAsync([.. s_bytes, .. Scene.Random(3, 5)]);
        await using var two = await scene.BeginAsync(s_bytes);
        await one.CommitAsync();
        var sick = await BreakAsync(scene, 7);
        await two.CommitAsync();
        await scene.Through(sick).HoldsAsync();
    }

    [Fact]
    public async Task Repair_deletes_nothing_that_another_cable_would_bring_back()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await scene.BackupAsync(s_bytes);
        var sick = scene.Through(await BreakAsync(scene, 7));
        await sick.VerifyAsync(new VerifyRequest());
        using (var repository = await sick.OpenAsync())
            await Assert.ThrowsAsync<BlobUnreadableException>(
                () => RepositoryRepairer.RepairAsync(repository, Token));
        await scene.HoldsAsync();
    }

    private static async Task<BadSectorStore> BreakAsync(Scene scene, int chunk)
    {
        using var repository = await scene.OpenAsync();
        var id = repository.NameOf(s_bytes.AsSpan(chunk * Chunk, Chunk));
        var copy = Assert.Single(await repository.Index.FindAllAsync(id, Token));
        return new BadSectorStore(scene.Store, LibvirtBackup.Repositories.Packs.PackFormat.KeyOf(copy.Pack),
            copy.Offset + 512);
    }
}
