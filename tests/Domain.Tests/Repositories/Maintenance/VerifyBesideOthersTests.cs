using LibvirtBackup.Backups;
using LibvirtBackup.Domain.Tests.Repositories.Faults;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Maintenance;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Repositories.Maintenance;

/// <summary>Verify while others change which indexes there are.</summary>
public sealed class VerifyBesideOthersTests
{
    private const int Chunk = Scene.Chunk;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_others_have_stored_since_the_indexes_were_read_is_no_damage()
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        await scene.BackupAsync(Scene.Random(1, 3));
        using var early = await scene.OpenAsync();
        await early.Index.GetFilesAsync(Token);
        await scene.BackupAsync(Scene.Random(2, 3));
        Assert.True((await RepositoryVerifier.VerifyAsync(early, new VerifyRequest(), null, Token)).IsGood);
        Assert.Empty(await scene.Store.ListAsync("damaged/", Token));
    }

    [Theory]
    [InlineData(1, "packs/")] // while the maps are walked: after the first disk's node, before the second's
    [InlineData(2, "packs/")] // and later, when packs are read
    [InlineData(0, "condemned/")] // between the walk and the data
    public async Task Damage_is_found_though_indexes_are_merged_meanwhile(int number, string folder)
    {
        var scene = await Scene.CreateAsync(new MemoryBlobStore());
        var bytes = Scene.Random(1, 3);
        var both = await BackUpBothAsync(scene, bytes, Scene.Random(2, 3));
        await scene.DamageAsync(bytes.AsMemory(Chunk, Chunk));

        var operation = folder == "packs/" ? StoreOperations.Read : StoreOperations.List;
        using var slow = new FaultyBlobStore(
            scene.Store, new Fault(operation, number, FaultKind.Delay, Folder: folder));
        var verifying = scene.Through(slow).VerifyAsync(new VerifyRequest { Points = [both] });
        await slow.WhenReached;
        await scene.CollectAsync();
        slow.Release();

        var report = await verifying;
        var problem = Assert.Single(Assert.Single(report.Points).Problems);
        Assert.Equal(("vda", (long)Chunk, (long)Chunk), (problem.Disk, problem.OffsetBytes, problem.LengthBytes));
        Assert.Single(await scene.Store.ListAsync("indexes/", Token));
    }

    /// <summary>A point of two disks, whose data two sessions have stored, so that two indexes list it.</summary>
    private static async Task<string> BackUpBothAsync(Scene scene, byte[] first, byte[] second)
    {
        var points = new[] { await scene.BackupAsync(first), await scene.BackupAsync(second) };
        using var repository = await scene.OpenAsync();
        var disks = new List<RestorePointDisk>();
        foreach (var id in points) disks.Add((await repository.GetPointAsync(id, Token)).Disks[0]);
        var both = TestPoints.Make(Guid.Empty, 9, BackupLevel.Full, null) with
        {
            Disks = [disks[0] with { Name = "vda" }, disks[1] with { Name = "vdb" }],
        };
        await repository.CommitAsync(both, Token);
        return both.Id;
    }
}
