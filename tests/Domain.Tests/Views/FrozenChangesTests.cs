using LibvirtBackup.Bitmaps;
using LibvirtBackup.Qmp;
using LibvirtBackup.Views;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Views;

public sealed class FrozenChangesTests
{
    [Fact]
    public void The_changes_are_the_union_over_the_images_that_the_guest_wrote_since()
    {
        var changes = FrozenChanges.Find(Disk(Layer("top", Bitmap()), Layer("middle", Bitmap()), Layer("base")), "c")!;

        Assert.Equal([new BitmapSource("top", "c"), new BitmapSource("middle", "c")], changes.Sources);
        Assert.Equal(
            [typeof(AddBitmap), typeof(MergeBitmaps)], changes.CopyTo("scratch").Select(action => action.GetType()));
        Assert.Equal(
            new AddBitmap("scratch", "c") { Disabled = true, Granularity = 65536 }, changes.CopyTo("scratch").First());
    }

    [Fact]
    public void A_disk_without_the_bitmap_has_none() => Assert.Null(FrozenChanges.Find(Disk(Layer("top")), "c"));

    [Fact]
    public void Changes_that_would_be_missing_are_refused()
    {
        foreach (var disk in (DiskBitmaps[])
        [
            Disk(Layer("top"), Layer("base", Bitmap())),
            Disk(Layer("top", Bitmap()), Layer("middle"), Layer("base", Bitmap())),
            Disk(Layer("top", Bitmap() with { Recording = false })),
            Disk(Layer("top", Bitmap()), Layer("base", Bitmap() with { Inconsistent = true })),
            Disk() with { Unknown = "QEMU shows no drive for it" },
        ])
        {
            var refused = Assert.Throws<BackupException>(() => FrozenChanges.Find(disk, "c"));
            Assert.StartsWith(
                "it is not known what changed on disk 'vda' since checkpoint 'c'", refused.Message,
                StringComparison.Ordinal);
        }
    }

    private static DiskBitmaps Disk(params BitmapLayer[] layers) => new() { Name = "vda", Layers = layers };

    private static BitmapLayer Layer(string node, params BitmapInfo[] bitmaps) => new()
    {
        Node = node, File = $"/{node}", Format = "qcow2", VirtualSizeBytes = Units.MiB, Bitmaps = bitmaps,
    };

    private static BitmapInfo Bitmap() => new()
    {
        Name = "c",
        GranularityBytes = 65536,
        DirtyBytes = 0,
        Recording = true,
        Persistent = true,
        Busy = false,
        Inconsistent = false,
    };
}
