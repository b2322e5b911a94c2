using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>
/// A guest that knows what another disk holds can write the bytes of that disk's map nodes: then one blob is a chunk
/// here and a node there.
/// </summary>
public sealed class NodeLookalikeTests
{
    private static readonly byte[] s_bytes = Scene.Random(1, 20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chunk_that_looks_like_a_node_does_not_make_gc_overlook_what_the_node_needs()
    {
        var (scene, _, _) = await CreateAsync();
        await scene.CollectAsync();
        await scene.HoldsAsync();
    }

    [Fact]
    public async Task A_chunk_that_looks_like_a_node_does_not_make_verify_overlook_what_the_node_needs()
    {
        var (scene, lookalike, victim) = await CreateAsync();
        await scene.DamageAsync(s_bytes.AsMemory(7 * Scene.Chunk, Scene.Chunk));
        var report = await scene.VerifyAsync(new VerifyRequest { Points = [lookalike, victim] });
        Assert.Equal([true, false], report.Points.Select(point => point.IsGood));
    }

    private static async Task<(Scene Scene, string Lookalike, string Victim)> CreateAsync()
    {
        var elsewhere = await Scene.CreateAsync(new MemoryBlobStore());
        var same = await elsewhere.BackupAsync(s_bytes);
        using var repository = await elsewhere.OpenAsync();
        var root = repository.OpenMap((await repository.GetPointAsync(same, Token)).Disks[0]).Root;
        var node = await repository.Reader.ReadAsync(root.Id, Token);

        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        return (scene, await scene.BackupAsync(node), await scene.BackupAsync(s_bytes));
    }
}
