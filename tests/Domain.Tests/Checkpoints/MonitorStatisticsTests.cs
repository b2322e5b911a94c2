using LibvirtBackup.Bitmaps;
using LibvirtBackup.Checkpoints;
using Xunit;
using static LibvirtBackup.Tests.Bitmaps.TestLayers;

namespace LibvirtBackup.Tests.Checkpoints;

public sealed class MonitorStatisticsTests
{
    private const string Ours = "lvb.3f2a.default.1.2.00ff9a";

    [Fact]
    public void A_bitmap_in_one_image_tells_its_count()
    {
        var statistics = Of(Disk(Layer("/top", Bitmap("A") with { DirtyBytes = 65536 }), Layer("/base")));

        Assert.Equal(65536, Count(statistics.Fill(Checkpoint("A"))));
    }

    [Fact]
    public void A_bitmap_in_several_images_is_left_to_libvirt() => Assert.Null(
        Of(Disk(Layer("/top", Bitmap("A")), Layer("/base", Bitmap("A")))).Fill(Checkpoint("A")));

    [Fact]
    public void What_says_nothing_any_more_has_no_count()
    {
        var good = Bitmap("A") with { DirtyBytes = 0 };
        BitmapInfo[] useless =
        [
            good with { Recording = false },
            good with { Persistent = false },
            good with { Inconsistent = true, DirtyBytes = null },
            good with { Name = "B" },
        ];

        Assert.All(useless, bitmap => Assert.Null(Count(Of(Disk(Layer("/top", bitmap))).Fill(Checkpoint("A")))));
        Assert.Null(Count(Of(Disk(Layer("/top"), Layer("/base", good))).Fill(Checkpoint("A"))));
        Assert.Null(Count(Of(Disk() with { Unknown = "no drive" }).Fill(Checkpoint("A"))));
        Assert.Null(Count(Of(Disk(Layer("/top", good)) with { Name = "vdb" }).Fill(Checkpoint("A"))));
        Assert.Equal(0, Count(Of(Disk(Layer("/top", good))).Fill(Checkpoint("A"))));
    }

    [Fact]
    public void Only_bitmaps_of_this_product_that_are_no_checkpoints_are_forgotten_ones()
    {
        var bitmap = Bitmap(Ours) with { DirtyBytes = 4096 };
        var statistics = Of(
            Disk(Layer("/a", bitmap, Bitmap("by-hand"), Bitmap("backup-vda"))),
            Disk(Layer("/b", bitmap with { DirtyBytes = 8192 })) with { Name = "vdb" });

        var forgotten = Assert.Single(statistics.Forgotten([Checkpoint("by-hand")]));

        Assert.Equal(Ours, forgotten.Name);
        Assert.Equal([("vda", 4096L), ("vdb", 8192L)], forgotten.Disks.Select(d => (d.Name, d.DirtyBytes!.Value)));
        Assert.Empty(statistics.Forgotten([Checkpoint(Ours)]));
    }

    private static MonitorStatistics Of(params DiskBitmaps[] disks) => new(new BitmapInventory
    {
        Domain = "web",
        IsRunning = true,
        Disks = disks,
        Elsewhere = [],
    });

    private static CheckpointSummary Checkpoint(string name) =>
        new(name, null, DateTimeOffset.UnixEpoch, [new CheckpointDisk("vda", name, null)]);

    private static long? Count(CheckpointSummary? checkpoint) => checkpoint!.Disks.Single().DirtyBytes;
}
