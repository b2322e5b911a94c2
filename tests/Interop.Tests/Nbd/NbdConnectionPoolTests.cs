using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Tests.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

public sealed class NbdConnectionPoolTests
{
    private const string Bitmap = "qemu:dirty-bitmap:b0";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_forbids_several_connections_gets_one()
    {
        using NbdServer server = NbdServer.Nbdkit("--filter=multi-conn", "memory", "1M", "multi-conn-mode=disable");
        await using NbdConnectionPool pool = await NbdConnectionPool.ConnectAsync(
            server.Endpoint, new NbdConnectionOptions(), 4, Token);
        Assert.Equal(1, pool.Count);
        Assert.False(pool.Export.CanMultiConnect);
    }

    [Fact]
    public async Task Requests_go_to_the_connection_with_the_fewest()
    {
        // A connection takes one request in 400 ms, so that eight on four take two rounds, and on one would take eight.
        using NbdServer server = NbdServer.Nbdkit(
            "--filter=noparallel", "--filter=delay", "memory", "1M", "delay-read=400ms", "serialize=requests");
        await using NbdConnectionPool pool = await NbdConnectionPool.ConnectAsync(
            server.Endpoint, new NbdConnectionOptions(), 4, Token);
        Assert.Equal(4, pool.Count);
        long begin = Environment.TickCount64;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pool.ReadAsync(0, new byte[512], Token).AsTask()));
        Assert.InRange(Environment.TickCount64 - begin, 700, 2400);
    }

    [Fact]
    public async Task The_storage_daemon_serves_several_exports_with_bitmaps_and_several_connections()
    {
        var directory = new TemporaryDirectory(); // the server deletes it
        string image = directory.File("a.qcow2"), other = directory.File("b.qcow2");
        NbdServer.Run("qemu-img", "create", "-f", "qcow2", image, "8M");
        NbdServer.Run("qemu-img", "create", "-f", "qcow2", other, "4M");
        NbdServer.Run("qemu-img", "bitmap", "--add", other, "b0");
        NbdServer.Run("qemu-io", "-f", "qcow2", "-c", "write -P 1 1M 64k", other);
        using NbdServer server = NbdServer.StorageDaemon(directory,
            "--blockdev", $"driver=file,filename={image},node-name=af",
            "--blockdev", "driver=qcow2,file=af,node-name=a",
            "--blockdev", $"driver=file,filename={other},node-name=bf,read-only=on",
            "--blockdev", "driver=qcow2,file=bf,node-name=b,read-only=on",
            "--nbd-server", "addr.type=unix,addr.path=SOCKET,max-connections=16",
            "--export", "type=nbd,id=ea,node-name=a,name=vda,writable=on",
            "--export", "type=nbd,id=eb,node-name=b,name=vdb,bitmaps.0=b0");
        var vda = new NbdEndpoint.UnixSocket(server.SocketPath, "vda");
        var options = new NbdConnectionOptions { MetaContexts = ["base:allocation", Bitmap] };
        await using NbdConnectionPool written = await NbdConnectionPool.ConnectAsync(vda, options, 3, Token);
        Assert.Equal((3, 8 << 20), (written.Count, (int)written.Export.SizeBytes));
        byte[] data = new byte[1 << 20];
        new Random(9).NextBytes(data);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(
            i => written.WriteAsync((long)i << 20, data, Token).AsTask()));
        await written.FlushAsync(Token);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            byte[] back = new byte[data.Length];
            await written.ReadAsync((long)i << 20, back, Token);
            Assert.True(data.AsSpan().SequenceEqual(back), $"MiB {i}");
        }));

        await using NbdConnectionPool read = await NbdConnectionPool.ConnectAsync(
            vda with { Export = "vdb" }, options, 2, Token);
        Assert.True(read.Export.IsReadOnly);
        NbdBlockStatus status = await read.GetBlockStatusAsync(0, 4 << 20, Token);
        Assert.Equal(
            [new NbdExtent(1 << 20, 0), new NbdExtent(65536, NbdExtent.Dirty), new NbdExtent((3 << 20) - 65536, 0)],
            status.GetExtents(Bitmap).ToArray());
    }
}
