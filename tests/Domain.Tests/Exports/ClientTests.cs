using System.Text.Json;
using LibvirtBackup.Domain.Tests.Restores;
using LibvirtBackup.Interop.Nbd;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>Clients that people have: libnbd's programs and QEMU's.</summary>
public sealed class ClientTests
{
    private const int Cluster = RestoreScene.Cluster;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Qemu_img_and_nbdcopy_read_what_the_disk_held()
    {
        await using var scene = await ServedScene.StartAsync();

        await Tools.SucceedAsync("qemu-img", "convert", "-f", "raw", "-O", "raw", scene.Uri, scene.File("qemu"));
        await Tools.SucceedAsync("nbdcopy", scene.Uri, scene.File("nbdcopy"));
        await Tools.SucceedAsync(
            "nbdcopy", "--synchronous", "--request-size=2097152", scene.Uri, scene.File("slowly"));

        foreach (var name in (string[])["qemu", "nbdcopy", "slowly"])
            Assert.Equal(scene.Disk.Bytes, await File.ReadAllBytesAsync(scene.File(name), Token));
    }

    [Fact]
    public async Task Nbdinfo_is_told_what_the_export_is()
    {
        await using var scene = await ServedScene.StartAsync();

        using var info = JsonDocument.Parse(await Tools.SucceedAsync("nbdinfo", "--json", scene.Uri));
        var list = await Tools.SucceedAsync("nbdinfo", "--list", $"nbd+unix:///?socket={scene.Socket}");

        var export = info.RootElement.GetProperty("exports")[0];
        Assert.Equal("vda", export.GetProperty("export-name").GetString());
        Assert.Equal(scene.Disk.SizeBytes, export.GetProperty("export-size").GetInt64());
        Assert.True(export.GetProperty("is_read_only").GetBoolean());
        Assert.True(export.GetProperty("can_multi_conn").GetBoolean());
        Assert.Equal(["base:allocation"], export.GetProperty("contexts").EnumerateArray().Select(c => c.GetString()));
        Assert.True(info.RootElement.GetProperty("structured").GetBoolean());
        Assert.Contains("export=\"vda\"", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Allocation_is_told_chunk_by_chunk_from_any_place_on()
    {
        await using var scene = await ServedScene.StartAsync();
        await using var connection = await scene.ConnectAsync("base:allocation");

        var map = await NbdMap.ReadAsync(connection, Token);
        var extents = map.GetExtents("base:allocation");

        Assert.Equal(
            [
                new NbdExtent(16 * Cluster, 0),
                new NbdExtent(12 * Cluster, NbdExtent.Hole | NbdExtent.Zero),
                new NbdExtent(4 * Cluster, NbdExtent.Zero),
                new NbdExtent(16 * Cluster, NbdExtent.Hole | NbdExtent.Zero),
                new NbdExtent(512, 0),
            ],
            extents);
    }

    [Fact]
    public async Task Small_reads_anywhere_and_over_the_borders_of_chunks_give_the_right_bytes()
    {
        await using var scene = await ServedScene.StartAsync();
        await using var connection = await scene.ConnectAsync();
        var (random, expected) = (new Random(7), scene.Disk.Bytes);

        await Parallel.ForAsync(0, 500, Token, async (_, token) =>
        {
            int offset, length;
            lock (random)
            {
                offset = random.Next(expected.Length - 1);
                length = random.Next(1, Math.Min(3 * Cluster, expected.Length - offset));
            }

            var bytes = new byte[length];
            await connection.ReadAsync(offset, bytes, token);
            Assert.True(bytes.AsSpan().SequenceEqual(expected.AsSpan(offset, length)), $"{length} bytes at {offset}");
        });
    }

    [Fact]
    public async Task A_damaged_chunk_is_an_error_of_its_reads_and_of_no_others()
    {
        await using var scene = await ServedScene.StartAsync();
        var pack = Directory.EnumerateFiles(
            Path.Combine(scene.RepositoryPath, "packs"), "*", SearchOption.AllDirectories).First();
        File.SetUnixFileMode(pack, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using (var file = File.OpenWrite(pack))
        {
            file.Position = 3 * Cluster;
            file.WriteByte(0x55);
            file.WriteByte(0xaa);
        }

        await using var connection = await scene.ConnectAsync();
        var (good, bad) = (0, 0);
        for (var chunk = 0; chunk < 16; chunk++)
        {
            var bytes = new byte[Cluster];
            try
            {
                await connection.ReadAsync(chunk * Cluster, bytes, Token);
                Assert.True(bytes.AsSpan().SequenceEqual(scene.Disk.Bytes.AsSpan(chunk * Cluster, Cluster)));
                good++;
            }
            catch (NbdException)
            {
                bad++;
            }
        }

        Assert.Equal((15, 1), (good, bad));
    }
}
