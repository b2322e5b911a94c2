using LibvirtBackup.BlockJobs;
using LibvirtBackup.Qmp;
using Xunit;
using static LibvirtBackup.Tests.Bitmaps.TestLayers;

namespace LibvirtBackup.Domain.Tests.BlockJobs;

public sealed class BitmapCarryingTests
{
    private static readonly ChainPart s_all = new(0, 2, Keeper: 2, Receiver: 2);
    private static readonly ChainPart s_lower = new(1, 2, Keeper: 0, Receiver: 0);

    [Fact]
    public void What_libvirt_merges_itself_is_left_to_it() => Assert.Empty(BitmapCarrying.Find(
        Disk(Layer("/top", Bitmap("A")), Layer("/middle", Bitmap("A")), Layer("/base")), s_all));

    [Fact]
    public void A_paused_bitmap_is_carried_as_it_is_from_all_images_that_hold_it()
    {
        var disk = Disk(
            Layer("/top", Bitmap("A", recording: false)),
            Layer("/middle", Bitmap("A", recording: false, granularity: 32768)),
            Layer("/base", Bitmap("A", recording: false)));
        var carried = Assert.Single(BitmapCarrying.Find(disk, s_all));
        Assert.Equal(("A", 32768, false, true),
            (carried.Name, carried.GranularityBytes, carried.IsRecording, carried.IsPersistent));
        Assert.Equal(["/top", "/middle"], carried.Nodes);

        Assert.IsType<MergeBitmaps>(Assert.Single(BitmapCarrying.Plan([carried], "/base", disk.Layers[2].Bitmaps)));
        var actions = BitmapCarrying.Plan([carried], "/new", []);
        Assert.Equal(
            new AddBitmap("/new", "A") { Granularity = 32768, Persistent = true, Disabled = true }, actions[0]);
    }

    [Fact]
    public void One_that_an_image_above_let_go_of_never_looks_whole_again()
    {
        // A checkpoint's bitmap whose successor is lost: libvirt calls it broken, and so it stays.
        Assert.Empty(BitmapCarrying.Find(Disk(Layer("/top"), Layer("/middle", Bitmap("A")), Layer("/base")), s_lower));
        Assert.Empty(BitmapCarrying.Find(Disk(Layer("/top"), Layer("/middle", Bitmap("A")), Layer("/base")), s_all));
        // A transient one stops with the snapshot, which makes none in the new image.
        var transient = Bitmap("A") with { Persistent = false };
        var stopped = Assert.Single(
            BitmapCarrying.Find(Disk(Layer("/top"), Layer("/middle", transient), Layer("/base")), s_lower));
        Assert.False(stopped.IsRecording);
    }

    [Fact]
    public void A_transient_one_of_the_active_image_goes_on_recording()
    {
        var disk = Disk(Layer("/top", Bitmap("A") with { Persistent = false }), Layer("/middle"), Layer("/base"));
        var carried = Assert.Single(BitmapCarrying.Find(disk, s_all));
        Assert.Equal((true, false), (carried.IsRecording, carried.IsPersistent));
    }

    [Fact]
    public void One_that_was_paused_in_any_image_does_not_record_afterwards()
    {
        var disk = Disk(
            Layer("/top", Bitmap("A")), Layer("/middle", Bitmap("A", recording: false)), Layer("/base"));
        Assert.False(Assert.Single(BitmapCarrying.Find(disk, s_all)).IsRecording);
    }

    [Fact]
    public void Broken_ones_and_libvirt_s_own_are_not_carried()
    {
        var broken = Bitmap("A", recording: false) with { Inconsistent = true };
        var own = Bitmap("libvirt-tmp-activewrite") with { Persistent = false };
        var disk = Disk(Layer("/top", broken, own), Layer("/middle"), Layer("/base"));
        Assert.Empty(BitmapCarrying.Find(disk, s_all));
        Assert.Equal(["A"], BitmapCarrying.FindBroken(disk, s_all));
        Assert.Empty(BitmapCarrying.FindValued(disk, s_all));
    }
}
