using LibvirtBackup.Bitmaps;
using LibvirtBackup.Domain.Tests;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Qmp;
using Xunit;
using static LibvirtBackup.Tests.Bitmaps.TestLayers;

namespace LibvirtBackup.Tests.Bitmaps;

public sealed class StoredEditorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_merge_within_one_image_is_one_call_which_is_stored_as_a_whole()
    {
        var disk = Disk(Layer("/top", Bitmap("A"), Bitmap("B", granularity: 512)));

        var call = Assert.Single(CallsOf(disk, Of("A", "B")));

        Assert.Equal(
            "bitmap -f qcow2 --add -g 512 --disable --merge A --merge B --enable -- /top new",
            string.Join(' ', call.Arguments));
    }

    [Fact]
    public void A_merge_over_a_chain_takes_a_call_per_image_and_records_in_the_last_one_only()
    {
        var disk = Disk(Layer("/top", Bitmap("A"), Bitmap("B")), Layer("/base", Bitmap("A")));

        Assert.Equal(
            [
                "bitmap -f qcow2 --add -g 65536 --disable --merge A --merge B -- /top new",
                "bitmap -f qcow2 -b /base -F qcow2 --merge A -- /top new",
                "bitmap -f qcow2 --enable -- /top new",
            ],
            CallsOf(disk, Of("A", "B")).Select(call => string.Join(' ', call.Arguments)));
    }

    [Fact]
    public async Task The_merged_bitmap_has_exactly_the_dirty_ranges_of_its_sources_in_all_images()
    {
        using var directory = new TestDirectory();
        var (bottom, top) = await MakeChainAsync(directory);

        await MergeAsync(top, "A", "B");

        Assert.Equal(
            [(0, 65536), (1 << 20, 65536), (3 << 20, 98304)], await DirtyRangesAsync(top, "new"));
        var layers = (await InspectAsync(top)).Layers;
        Assert.Equal(
            (true, 32768L), (layers[0].Find("new")!.Recording, layers[0].Find("new")!.GranularityBytes));
        Assert.Equal(bottom, layers[1].File);
        Assert.Null(layers[1].Find("new"));
    }

    [Fact]
    public async Task A_merge_that_fails_after_its_first_step_leaves_no_bitmap()
    {
        using var directory = new TestDirectory();
        var (bottom, top) = await MakeChainAsync(directory);
        var disk = await InspectAsync(top);
        var actions = MergePlan.Of("disk 'vda'", disk, Of("A", "B"));
        await QemuImgAsync("bitmap", "--remove", bottom, "A");

        var refusal = await Assert.ThrowsAsync<BackupException>(() =>
            new StoredEditor(disk).ApplyAsync(actions, Token));

        Assert.Contains("'A' not found", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["A", "B"], (await InspectAsync(top)).Layers[0].Bitmaps.Select(bitmap => bitmap.Name));
    }

    [Fact]
    public async Task A_merge_that_stops_before_its_last_step_leaves_a_bitmap_that_does_not_record()
    {
        using var directory = new TestDirectory();
        var (_, top) = await MakeChainAsync(directory);
        var disk = await InspectAsync(top);
        var calls = CallsOf(disk, Of("A", "B"));

        foreach (var call in calls.SkipLast(1))
        {
            await QemuImage.ChangeBitmapsAsync(call, Token);
            Assert.False((await InspectAsync(top)).Layers[0].Find("new")!.Recording);
        }
    }

    [Fact]
    public async Task An_image_that_somebody_has_open_is_left_alone()
    {
        using var directory = new TestDirectory();
        var (_, top) = await MakeChainAsync(directory);
        var disk = await InspectAsync(top);
        await using var holder = await NbdConnection.ConnectAsync(
            ImageExport.ForWriting(top, "qcow2"), new NbdConnectionOptions(), Token);

        var refusal = await Assert.ThrowsAsync<BackupException>(() =>
            new StoredEditor(disk).ApplyAsync([new RemoveBitmap(top, "B")], Token));

        Assert.Contains("lock", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull((await InspectAsync(top)).Layers[0].Find("B"));
    }

    [Fact]
    public async Task Every_single_change_does_what_it_says()
    {
        using var directory = new TestDirectory();
        var (_, top) = await MakeChainAsync(directory);
        var editor = new StoredEditor(await InspectAsync(top));

        await editor.ApplyAsync(
            [
                new AddBitmap(top, "-x") { Granularity = 4096, Persistent = true },
                new ClearBitmap(top, "A"),
                new DisableBitmap(top, "A"),
                new RemoveBitmap(top, "B"),
            ],
            Token);

        var after = (await InspectAsync(top)).Layers[0];
        Assert.Equal([("-x", true, 4096L), ("A", false, 65536L)],
            after.Bitmaps.Select(bitmap => (bitmap.Name, bitmap.Recording, bitmap.GranularityBytes)));
        Assert.Empty(await DirtyRangesAsync(top, "A"));
        await editor.ApplyAsync([new EnableBitmap(top, "A")], Token);
        Assert.True((await InspectAsync(top)).Layers[0].Find("A")!.Recording);
    }

    private static BitmapMerge Of(params string[] sources) => new() { Into = "new", Sources = sources };

    private static IReadOnlyList<ImageBitmapCall> CallsOf(DiskBitmaps disk, BitmapMerge merge) =>
        new StoredEditor(disk).CallsOf(MergePlan.Of("disk 'vda'", disk, merge));

    private static async Task MergeAsync(string top, params string[] sources)
    {
        var disk = await InspectAsync(top);
        await new StoredEditor(disk).ApplyAsync(MergePlan.Of("disk 'vda'", disk, Of(sources)), Token);
    }

    private static async Task<DiskBitmaps> InspectAsync(string top) =>
        (await StoredLayers.ReadAsync(StoredImages.Domain(top), Token)).FindDisk("vda")!;

    /// <summary>A in both images, B (finer) in the upper one only; each with a range of its own.</summary>
    private static async Task<(string Bottom, string Top)> MakeChainAsync(TestDirectory directory)
    {
        var (bottom, top) = (directory.File("base.qcow2"), directory.File("top.qcow2"));
        await QemuImgAsync("create", "-q", "-f", "qcow2", bottom, "4M");
        await QemuImgAsync("bitmap", "--add", bottom, "A");
        await WriteAsync(bottom, "0", "64k");
        await QemuImgAsync("create", "-q", "-f", "qcow2", "-b", bottom, "-F", "qcow2", top, "4M");
        await QemuImgAsync("bitmap", "--add", top, "A");
        await WriteAsync(top, "1M", "64k");
        await QemuImgAsync("bitmap", "--add", "-g", "32768", top, "B");
        await QemuImgAsync("bitmap", "--disable", top, "A");
        await WriteAsync(top, "3M", "96k");
        await QemuImgAsync("bitmap", "--enable", top, "A");
        return (bottom, top);
    }

    private static Task WriteAsync(string image, string offset, string length) =>
        StoredImages.RunAsync("qemu-io", "-f", "qcow2", "-c", $"write -P 7 {offset} {length}", image);

    private static Task QemuImgAsync(params string[] arguments) => StoredImages.RunAsync("qemu-img", arguments);

    private static Task<IReadOnlyList<(int Offset, int Length)>> DirtyRangesAsync(string image, string bitmap) =>
        StoredImages.DirtyRangesAsync(image, bitmap, Token);
}
