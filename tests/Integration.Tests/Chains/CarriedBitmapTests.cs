using LibvirtBackup.Bitmaps;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Qmp;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>Bitmaps that libvirt drops go along with our jobs, whoever's they are.</summary>
public sealed class CarriedBitmapTests
{
    private const string Paused = "paused-by-somebody";
    private const string Transient = "transient";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bookworm")]
    [InlineData("forky")]
    public async Task Bitmaps_that_do_not_record_or_are_transient_survive_commit_pull_and_copy(string suite)
    {
        await using var scene = await ChainScene.StartAsync(await LabHost.ForAsync(suite), new Random(3));
        await scene.SnapshotByVirshAsync("one");
        var expected = await MakeAsync(scene);

        await AssertCarriedAsync(scene, expected, await scene.RunAsync(scene.Commit()));
        await AssertCarriedAsync(scene, expected, await scene.RunAsync(scene.Copy(pivot: true)));
        await scene.SnapshotByVirshAsync("two");
        await scene.SnapshotByVirshAsync("three");
        var images = await scene.ListImagesAsync();
        // The transient one stopped with the snapshot: libvirt makes no new one in the image above.
        var pulled = await scene.RunAsync(scene.Pull());
        Assert.Equal([Paused, Transient], pulled.CarriedBitmaps.Order(StringComparer.Ordinal));
        var bitmaps = await ListAsync(scene);
        Assert.Equal((expected, false), (bitmaps[Paused].DirtyBytes, bitmaps[Paused].Recording));
        Assert.False(bitmaps[Transient].Recording);
        Assert.Single(await scene.ListImagesAsync());
        Assert.Equal(3, images.Count);
    }

    private static async Task<long?> MakeAsync(ChainScene scene)
    {
        var inventory = await new BitmapService(scene.Backups.Connection).ListAsync(scene.Guest.Name, Token);
        var node = inventory.FindDisk(ChainScene.Disk)!.Layers[0].Node!;
        using var domain = await scene.Backups.Connection.LookupDomainAsync(scene.Guest.Name, Token);
        var qemu = QmpClient.For(domain);
        await qemu.TransactionAsync(
            [new AddBitmap(node, Paused) { Persistent = true }, new AddBitmap(node, Transient)], Token);
        await scene.WriteAsync();
        await qemu.ExecuteAsync(new DisableBitmap(node, Paused), Token);
        await scene.WriteAsync();
        return (await ListAsync(scene))[Paused].DirtyBytes;
    }

    private static async Task AssertCarriedAsync(
        ChainScene scene, long? expected, LibvirtBackup.BlockJobs.BlockJobReport report)
    {
        Assert.Equal([Paused, Transient], report.CarriedBitmaps.Order(StringComparer.Ordinal));
        Assert.Single(report.Images);
        var bitmaps = await ListAsync(scene);
        Assert.Equal(
            (expected, false, true),
            (bitmaps[Paused].DirtyBytes, bitmaps[Paused].Recording, bitmaps[Paused].Persistent));
        var before = bitmaps[Transient].DirtyBytes;
        Assert.True(before >= expected);
        await new QemuIo(scene.Guest).FillAsync(ChainScene.Disk, 7 * Units.MiB, 64 * Units.KiB, 9, Token);
        Assert.True((await ListAsync(scene))[Transient] is { Recording: true, Persistent: false } now
            && now.DirtyBytes >= before);
    }

    private static async Task<Dictionary<string, BitmapInfo>> ListAsync(ChainScene scene)
    {
        var inventory = await new BitmapService(scene.Backups.Connection).ListAsync(scene.Guest.Name, Token);
        return inventory.FindDisk(ChainScene.Disk)!.Layers[0].Bitmaps
            .ToDictionary(bitmap => bitmap.Name, StringComparer.Ordinal);
    }
}
