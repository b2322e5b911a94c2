using LibvirtBackup.Bitmaps;
using LibvirtBackup.Domain.Tests;
using Xunit;

namespace LibvirtBackup.Tests.Bitmaps;

public sealed class StoredInventoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bitmaps_of_every_image_of_the_chain_are_read_and_their_dirty_bytes_stay_unknown()
    {
        using var directory = new TestDirectory();
        var (bottom, top) = (directory.File("base.qcow2"), directory.File("top.qcow2"));
        await QemuImgAsync("create", "-q", "-f", "qcow2", bottom, "1M");
        await QemuImgAsync("bitmap", "--add", "-g", "32768", bottom, "A");
        await QemuImgAsync("create", "-q", "-f", "qcow2", "-b", bottom, "-F", "qcow2", top, "2M");
        await QemuImgAsync("bitmap", "--add", top, "B");
        await QemuImgAsync("bitmap", "--add", "--disable", top, "A");

        var inventory = await ReadAsync(top);

        Assert.False(inventory.IsRunning);
        var layers = inventory.FindDisk("vda")!.Layers;
        Assert.Equal([(top, 2 << 20), (bottom, 1 << 20)], layers.Select(l => (l.File, (int)l.VirtualSizeBytes)));
        Assert.Equal(["A", "B"], layers[0].Bitmaps.Select(bitmap => bitmap.Name));
        Assert.False(layers[0].Find("A")!.Recording);
        Assert.Equal(
            new BitmapInfo
            {
                Name = "A",
                GranularityBytes = 32768,
                DirtyBytes = null,
                Recording = true,
                Persistent = true,
                Busy = false,
                Inconsistent = false,
            },
            layers[1].Find("A"));
        Assert.Null(layers[0].Node);
    }

    [Fact]
    public async Task An_image_that_cannot_be_read_leaves_its_disk_unknown_and_the_others_known()
    {
        using var directory = new TestDirectory();
        var image = directory.File("there.qcow2");
        await QemuImgAsync("create", "-q", "-f", "qcow2", image, "1M");

        var inventory = await ReadAsync(directory.File("gone.qcow2"), image);

        Assert.Contains("gone.qcow2", inventory.FindDisk("vda")!.Unknown, StringComparison.Ordinal);
        Assert.Single(inventory.FindDisk("vdb")!.Layers);
        Assert.Contains("not a file", inventory.FindDisk("vdz")!.Unknown, StringComparison.Ordinal);
    }

    private static Task<BitmapInventory> ReadAsync(params string[] images) =>
        StoredLayers.ReadAsync(StoredImages.Domain(images), Token);

    private static Task QemuImgAsync(params string[] arguments) => StoredImages.RunAsync("qemu-img", arguments);
}
