using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Backups.Sources;
using LibvirtBackup.Extents;
using LibvirtBackup.Hosts;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Sources;

public sealed class LayeredBitmapTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_dirty_in_any_image_of_the_chain_is_dirty_and_no_image_is_changed()
    {
        using var directory = new TestDirectory();
        var (bottom, top) = (directory.File("bottom.qcow2"), directory.File("top.qcow2"));
        await RunAsync("qemu-img", "create", "-q", "-f", "qcow2", bottom, "4M");
        await RunAsync("qemu-img", "bitmap", "--add", bottom, "A");
        await RunAsync("qemu-io", "-c", "write -P 1 64k 64k", "-c", "write -P 1 2M 64k", bottom);
        await RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-b", bottom, "-F", "qcow2", top, "8M");
        await RunAsync("qemu-img", "bitmap", "--add", "-g", "32768", top, "A");
        await RunAsync("qemu-io", "-c", "write -P 2 96k 64k", "-c", "write -P 2 6M 64k", top);
        var before = await Task.WhenAll(new[] { bottom, top }.Select(path => File.ReadAllBytesAsync(path, Token)));
        var chain = new StoredChain(await ImageChain.InspectAsync(top, "qcow2", Token));
        Assert.Null(chain.WhyUnusable("A"));
        var export = new DiskExport(ImageExport.ForReading(top, "qcow2", "A"), "A")
        {
            LowerLayers = chain.LowerLayersOf("A"),
        };

        var (zero, dirty) = (new RangeSet(), new RangeSet());
        await using (var source = await NbdDiskSource.ConnectAsync(export, Token))
        {
            await source.ReadMapAsync(new ByteRange(0, 3 * Units.MiB), zero, dirty, Token);
            await source.ReadMapAsync(
                new ByteRange(3 * Units.MiB, source.SizeBytes - (3 * Units.MiB)), zero, dirty, Token);
        }

        Assert.Equal(
            [
                new ByteRange(64 * Units.KiB, 96 * Units.KiB), new ByteRange(2 * Units.MiB, 64 * Units.KiB),
                new ByteRange(6 * Units.MiB, 64 * Units.KiB),
            ],
            dirty);
        Assert.Equal(
            before, await Task.WhenAll(new[] { bottom, top }.Select(path => File.ReadAllBytesAsync(path, Token))));
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var (exitCode, output, error) = await Tools.RunAsync(program, arguments);
        Assert.True(exitCode == 0, output + error);
    }
}
