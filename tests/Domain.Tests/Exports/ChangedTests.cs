using System.Net.Sockets;
using LibvirtBackup.Domain.Tests.Restores;
using LibvirtBackup.Exports;
using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>What changed between two past points, as a client of QEMU's bitmaps asks for it.</summary>
public sealed class ChangedTests
{
    private const int Cluster = RestoreScene.Cluster;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_point_tells_what_is_another_one_than_at_the_others()
    {
        using var files = new RestoreScene();
        using var repository = await files.CreateAsync();
        var disk = RestoreScene.MakeDisk();
        await RestoreScene.CommitAsync(repository, disk);
        disk.Write(5 * Cluster, "other"u8);
        disk.Discard(28, 1);
        await RestoreScene.CommitAsync(
            repository, point => point with { Id = "20260102T000001Z-000001", Sequence = 2 }, disk);
        var address = new UnixDomainSocketEndPoint(files.File("nbd"));

        await using var server = await new PointServer(TimeProvider.System).StartAsync(
            repository,
            new PointServeRequest { Points = [RestoreScene.Point, "20260102"], Since = ["20260101"] },
            new NbdServerOptions { Address = address },
            Token);

        var context = $"qemu:dirty-bitmap:{RestoreScene.Point}";
        Assert.Equal([(0, disk.SizeBytes, 0UL)], await ReadAsync(files, $"{RestoreScene.Point}/vda", context));
        Assert.Equal(
            [(5 * Cluster, Cluster, NbdExtent.Dirty), (28 * Cluster, Cluster, NbdExtent.Dirty)],
            (await ReadAsync(files, "20260102T000001Z-000001/vda", context)).Where(extent => extent.Item3 != 0));
        // QEMU's own client of such bitmaps.
        var map = await Tools.SucceedAsync(
            "qemu-img", "map", "--output=json", "--image-opts",
            $"driver=nbd,export=20260102T000001Z-000001/vda,server.type=unix,server.path={files.File("nbd")},"
            + $"x-dirty-bitmap={context}");
        Assert.Equal(2, map.Split("\"data\": false").Length - 1);
    }

    private static async Task<List<(long, long, ulong)>> ReadAsync(RestoreScene files, string export, string context)
    {
        await using var connection = await NbdConnection.ConnectAsync(
            new NbdEndpoint.UnixSocket(files.File("nbd"), export),
            new NbdConnectionOptions { MetaContexts = [context] }, Token);
        var found = new List<(long, long, ulong)>();
        var offset = 0L;
        foreach (var extent in (await NbdMap.ReadAsync(connection, Token)).GetExtents(context))
        {
            found.Add((offset, extent.Length, extent.Flags));
            offset += extent.Length;
        }

        return found;
    }
}
