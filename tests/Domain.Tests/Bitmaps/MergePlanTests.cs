using LibvirtBackup.Bitmaps;
using LibvirtBackup.Qmp;
using Xunit;
using static LibvirtBackup.Tests.Bitmaps.TestLayers;

namespace LibvirtBackup.Tests.Bitmaps;

public sealed class MergePlanTests
{
    [Fact]
    public void All_images_are_merged_before_the_new_bitmap_records_and_the_finest_source_decides()
    {
        var disk = Disk(
            Layer("/top", Bitmap("A"), Bitmap("B", granularity: 131072)) with { Node = "node-2" },
            Layer("/base", Bitmap("A", granularity: 32768), Bitmap("frozen", recording: false)) with { Node = "n1" });

        var actions = Plan(disk, "A", "frozen", "B", "A");

        Assert.Equal(3, actions.Count);
        Assert.Equal(
            new AddBitmap("node-2", "new") { Granularity = 32768, Persistent = true, Disabled = true }, actions[0]);
        var merge = Assert.IsType<MergeBitmaps>(actions[1]);
        Assert.Equal(("node-2", "new"), (merge.Node, merge.Target));
        Assert.Equal(
            [new("node-2", "A"), new("n1", "A"), new("n1", "frozen"), new BitmapSource("node-2", "B")],
            merge.Bitmaps);
        Assert.Equal(new EnableBitmap("node-2", "new"), actions[2]);
    }

    [Fact]
    public void A_source_that_an_image_above_let_go_of_while_it_recorded_needs_force()
    {
        var disk = Disk(Layer("/top"), Layer("/base", Bitmap("A")));

        Assert.Contains("no successor in image '/top'", Refusal(disk, "A"), StringComparison.Ordinal);
        Assert.Equal(3, Plan(disk, force: true, "A").Count);
        Assert.Equal(3, Plan(Disk(Layer("/top"), Layer("/base", Bitmap("A", recording: false))), "A").Count);
    }

    [Fact]
    public void An_image_in_the_middle_without_the_bitmap_breaks_it_too()
    {
        var disk = Disk(Layer("/top", Bitmap("A")), Layer("/middle"), Layer("/base", Bitmap("A")));

        Assert.Contains("no successor in image '/middle'", Refusal(disk, "A"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_merged_is_refused_in_one_line()
    {
        Assert.Contains("there is no bitmap 'B'", Refusal(Disk(Layer("/top", Bitmap("A"))), "B"),
            StringComparison.Ordinal);
        Assert.Contains("has a bitmap of that name", Refusal(
            Disk(Layer("/top", Bitmap("A")), Layer("/base", Bitmap("new"))), "A"), StringComparison.Ordinal);
        Assert.Contains("not closed cleanly", Refusal(
            Disk(Layer("/top", Bitmap("A") with { Inconsistent = true })), "A"), StringComparison.Ordinal);
        Assert.Contains("another size", Refusal(
            Disk(Layer("/top", Bitmap("A")), Layer("/base", Bitmap("A")) with { VirtualSizeBytes = 1 }), "A"),
            StringComparison.Ordinal);
    }

    private static string Refusal(DiskBitmaps disk, string source) =>
        Assert.Throws<BackupException>(() => Plan(disk, source)).Message;

    private static IReadOnlyList<BitmapAction> Plan(DiskBitmaps disk, params string[] sources) =>
        Plan(disk, force: false, sources);

    private static IReadOnlyList<BitmapAction> Plan(DiskBitmaps disk, bool force, params string[] sources) =>
        MergePlan.Of("disk 'vda'", disk, new BitmapMerge { Into = "new", Sources = sources, Force = force });
}
