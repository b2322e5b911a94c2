using System.Text.Json;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Tests.Posix;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Nbd;

public sealed class NbdBlockStatusTests
{
    private const string Allocation = "base:allocation";
    private const string Bitmap = "qemu:dirty-bitmap:b0";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dirty_bitmap_and_allocation_are_read_together_and_agree_with_nbdinfo()
    {
        using NbdServer server = StartQcow2WithBitmap("256M");
        await using NbdConnection connection = await server.ConnectAsync(Allocation, Bitmap, "qemu:dirty-bitmap:none");
        Assert.Equal([Allocation, Bitmap], connection.Export.MetaContexts);

        NbdMap map = await NbdMap.ReadAsync(connection, Token);
        Assert.Equal(FromNbdInfo(server, Allocation), map.GetExtents(Allocation));
        IReadOnlyList<NbdExtent> dirty = map.GetExtents(Bitmap);
        Assert.Equal(FromNbdInfo(server, Bitmap), dirty);
        Assert.Equal(4, dirty.Count(e => e.Flags == NbdExtent.Dirty)); // 3 MiB, 5 MiB, 100 MiB, 255 MiB
    }

    [Fact]
    public async Task Several_bitmaps_of_one_disk_are_read_in_one_pass_each_with_its_own_ranges()
    {
        var directory = new TemporaryDirectory(); // the server deletes it
        string image = directory.File("image.qcow2");
        NbdServer.Run("qemu-img", "create", "-f", "qcow2", image, "64M");
        NbdServer.Run("qemu-img", "bitmap", "--add", image, "a");
        NbdServer.Run("qemu-io", "-f", "qcow2", "-c", "write 1M 64k", image);
        NbdServer.Run("qemu-img", "bitmap", "--add", "-g", "32768", image, "b");
        NbdServer.Run("qemu-io", "-f", "qcow2", "-c", "write 8M 32k", "-c", "write 63M 1M", image);
        using NbdServer server = NbdServer.QemuNbd(directory, "-r", "-f", "qcow2", "-B", "a", "-B", "b", image);
        const string a = "qemu:dirty-bitmap:a";
        const string b = "qemu:dirty-bitmap:b";
        await using NbdConnection connection = await server.ConnectAsync(Allocation, a, b);

        NbdMap map = await NbdMap.ReadAsync(connection, Token);

        const long mebi = 1 << 20;
        Assert.Equal([(mebi, 65536), (8 * mebi, 65536), (63 * mebi, mebi)], Dirty(map.GetExtents(a)));
        Assert.Equal([(8 * mebi, 32768), (63 * mebi, mebi)], Dirty(map.GetExtents(b)));
        Assert.Equal(FromNbdInfo(server, Allocation), map.GetExtents(Allocation));
        Assert.Throws<ArgumentException>(() => map.GetExtents(Bitmap));
    }

    [Fact]
    public async Task Every_context_describes_the_same_length_clipped_to_what_was_asked()
    {
        using NbdServer server = StartQcow2WithBitmap("256M");
        await using NbdConnection connection = await server.ConnectAsync(Allocation, Bitmap);
        for (long offset = 0; offset < 8 << 20; offset += 777 * 512)
        {
            NbdBlockStatus status = await connection.GetBlockStatusAsync(offset, 1 << 20, Token);
            Assert.Equal(offset, status.Offset);
            Assert.InRange(status.Length, 1, 1 << 20);
            foreach (string context in connection.Export.MetaContexts)
                Assert.Equal(status.Length, status.GetExtents(context).ToArray().Sum(e => e.Length));
        }
    }

    [Fact]
    public async Task A_big_sparse_export_is_described_in_requests_of_at_most_32_bits()
    {
        var directory = new TemporaryDirectory(); // the server deletes it
        string image = directory.File("big");
        NbdServer.Run("qemu-img", "create", "-f", "qcow2", image, "20T");
        NbdServer.Run("qemu-io", "-f", "qcow2", "-c", "write 10T 64k", image);
        using NbdServer server = NbdServer.QemuNbd(directory, "-r", "-f", "qcow2", image);
        await using NbdConnection connection = await server.ConnectAsync(Allocation);
        Dictionary<string, List<NbdExtent>> all = await ReadAllAsync(connection, 10L << 40);
        NbdBlockStatus data = await connection.GetBlockStatusAsync(10L << 40, 1 << 20, Token);
        Assert.All(all[Allocation], e => Assert.Equal(NbdExtent.Hole | NbdExtent.Zero, e.Flags));
        Assert.Equal(new NbdExtent(65536, 0), data.GetExtents(Allocation).Span[0]);
    }

    [Fact]
    public async Task A_server_without_structured_replies_has_no_contexts()
    {
        using NbdServer server = NbdServer.Nbdkit("--no-sr", "memory", "1M");
        await using NbdConnection connection = await server.ConnectAsync(Allocation);
        Assert.Empty(connection.Export.MetaContexts);
        await Assert.ThrowsAsync<InvalidOperationException>(() => connection.GetBlockStatusAsync(0, 4096, Token));
        byte[] data = [1, 2, 3];
        await connection.WriteAsync(0, data, Token);
        byte[] back = new byte[3];
        await connection.ReadAsync(0, back, Token);
        Assert.Equal(data, back);
    }

    [Fact]
    public async Task A_context_that_was_not_negotiated_cannot_be_asked_for()
    {
        using NbdServer server = NbdServer.Nbdkit("memory", "1M");
        await using NbdConnection connection = await server.ConnectAsync(Allocation);
        NbdBlockStatus status = await connection.GetBlockStatusAsync(0, 1 << 20, Token);
        Assert.Equal(
            [new NbdExtent(1 << 20, NbdExtent.Hole | NbdExtent.Zero)], status.GetExtents(Allocation).ToArray());
        Assert.Throws<ArgumentException>(() => status.GetExtents(Bitmap));
    }

    [Fact]
    public async Task A_failing_block_status_carries_the_errno()
    {
        using NbdServer server = NbdServer.Nbdkit(
            "--filter=error", "memory", "1M", "error-extents=EIO", "error-extents-rate=100%");
        await using NbdConnection connection = await server.ConnectAsync(Allocation);
        NbdException e = await Assert.ThrowsAsync<NbdException>(() => connection.GetBlockStatusAsync(0, 4096, Token));
        Assert.Equal(5, e.Errno);
    }

    private static NbdServer StartQcow2WithBitmap(string size)
    {
        var directory = new TemporaryDirectory();
        string image = directory.File("image.qcow2");
        NbdServer.Run("qemu-img", "create", "-f", "qcow2", image, size);
        NbdServer.Run("qemu-io", "-f", "qcow2", "-c", "write -P 1 0 4M", "-c", "write -z 20M 1M", image);
        NbdServer.Run("qemu-img", "bitmap", "--add", image, "b0");
        NbdServer.Run("qemu-io", "-f", "qcow2", "-c", "write -P 2 3M 64k", "-c", "write -P 3 5M 128k",
            "-c", "discard 100M 1M", "-c", "write -z 255M 1M", image);
        return NbdServer.QemuNbd(directory, "-r", "-f", "qcow2", "-B", "b0", image);
    }

    private static async Task<Dictionary<string, List<NbdExtent>>> ReadAllAsync(
        NbdConnection connection, long? upTo = null)
    {
        Dictionary<string, List<NbdExtent>> all = connection.Export.MetaContexts.ToDictionary(
            c => c, _ => new List<NbdExtent>());
        long end = upTo ?? connection.Export.SizeBytes;
        for (long offset = 0; offset < end;)
        {
            NbdBlockStatus status = await connection.GetBlockStatusAsync(offset, end - offset, Token);
            foreach ((string context, List<NbdExtent> extents) in all)
                AddJoined(extents, status.GetExtents(context).ToArray());
            offset += status.Length;
        }

        return all;
    }

    private static IEnumerable<(long Offset, long Length)> Dirty(IEnumerable<NbdExtent> extents)
    {
        long offset = 0;
        foreach (NbdExtent extent in extents)
        {
            if (extent.Flags == NbdExtent.Dirty)
                yield return (offset, extent.Length);
            offset += extent.Length;
        }
    }

    private static List<NbdExtent> FromNbdInfo(NbdServer server, string context)
    {
        string json = NbdServer.Run(
            "nbdinfo", "--json", $"--map={context}", $"nbd+unix:///?socket={server.SocketPath}");
        using JsonDocument document = JsonDocument.Parse(json);
        List<NbdExtent> extents = [];
        AddJoined(extents, document.RootElement.EnumerateArray().Select(e => new NbdExtent(
            e.GetProperty("length").GetInt64(), e.GetProperty("type").GetUInt64())));
        return extents;
    }

    private static void AddJoined(List<NbdExtent> extents, IEnumerable<NbdExtent> more)
    {
        foreach (NbdExtent extent in more)
        {
            if (extents.Count > 0 && extents[^1].Flags == extent.Flags)
                extents[^1] = extent with { Length = extents[^1].Length + extent.Length };
            else
                extents.Add(extent);
        }
    }
}
