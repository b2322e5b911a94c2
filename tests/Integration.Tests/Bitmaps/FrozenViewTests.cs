using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Qmp;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Bitmaps;

/// <summary>What changed since several checkpoints, told together by one frozen view of a disk.</summary>
public sealed class FrozenViewTests
{
    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Maps_since_two_checkpoints_are_read_from_one_view_while_the_guest_writes(string suite)
    {
        await using var scene = await BitmapScene.StartAsync(suite);
        await scene.WriteAsync(0, kibibytes: 8192);
        await scene.CheckpointAsync("first");
        await scene.WriteAsync(1, kibibytes: 128);
        await scene.CheckpointAsync("second");
        await scene.WriteAsync(4, kibibytes: 64);
        var copy = await scene.CopyAsync("frozen");

        var socket = await scene.BeginBackupAsync("first");
        await OfferAsync(scene, "both", "first", "second");
        await scene.WriteAsync(6, kibibytes: 64);

        string[] contexts = ["qemu:dirty-bitmap:since-first", "qemu:dirty-bitmap:since-second"];
        await using (var connection = await NbdConnection.ConnectAsync(
            new NbdEndpoint.UnixSocket(socket, "both"), new NbdConnectionOptions { MetaContexts = contexts }, Token))
        {
            var map = await NbdMap.ReadAsync(connection, Token);
            Assert.Equal(
                [(1 * Units.MiB, 128 * Units.KiB), (4 * Units.MiB, 64 * Units.KiB)], DirtyIn(map, contexts[0]));
            Assert.Equal([(4 * Units.MiB, 64 * Units.KiB)], DirtyIn(map, contexts[1]));
            var bytes = new byte[connection.Export.SizeBytes];
            await connection.ReadAsync(0, bytes, Token);
            var frozen = await File.ReadAllBytesAsync(copy, Token);
            Assert.True(bytes.AsSpan().SequenceEqual(frozen));
        }

        // libvirt knows nothing of the second export, and takes it away with its own.
        await scene.EndBackupAsync();
        var left = await scene.Service.ListAsync(scene.Domain, Token);
        Assert.Empty(left.Elsewhere);
        Assert.Equal(["first", "second"], left.FindDisk("vda")!.Layers[0].Bitmaps.Select(bitmap => bitmap.Name));
    }

    /// <summary>Copies bitmaps to the view's own image, stopped, and offers it once more with them.</summary>
    private static async Task OfferAsync(BitmapScene scene, string export, params string[] checkpoints)
    {
        var inventory = await scene.Service.ListAsync(scene.Domain, Token);
        var view = inventory.Elsewhere.Single(layer => layer.Find("backup-vda") is not null);
        var disk = inventory.FindDisk("vda")!.Layers[0];
        await using var connection = await LibvirtConnection.OpenAsync(
            scene.Guest.Host.ConnectionUri, cancellationToken: Token);
        using var domain = await connection.LookupDomainAsync(scene.Domain, Token);
        var qemu = QmpClient.For(domain);
        await qemu.TransactionAsync(
            [
                .. checkpoints.SelectMany(name => (BitmapAction[])
                [
                    new AddBitmap(view.Node!, $"since-{name}")
                    {
                        Disabled = true, Granularity = disk.Find(name)!.GranularityBytes,
                    },
                    new MergeBitmaps(view.Node!, $"since-{name}", [new BitmapSource(disk.Node!, name)]),
                ]),
            ],
            Token);
        await qemu.AddExportAsync(
            new NbdBlockExport(export, view.Node!, export)
            {
                Bitmaps = [.. checkpoints.Select(name => new BitmapSource(view.Node!, $"since-{name}"))],
            },
            Token);
    }

    private static List<(long, long)> DirtyIn(NbdMap map, string context)
    {
        var found = new List<(long, long)>();
        var offset = 0L;
        foreach (var extent in map.GetExtents(context))
        {
            if (extent.Flags == NbdExtent.Dirty) found.Add((offset, extent.Length));
            offset += extent.Length;
        }

        return found;
    }
}
