using LibvirtBackup.Backups.Offline;
using LibvirtBackup.Hosts;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Offline;

public sealed class StoredChainTests
{
    [Theory]
    [InlineData("ok")]
    [InlineData("ok", "ok")]
    [InlineData("ok", "ok", "none")]
    [InlineData("ok", "none", "none")]
    public void A_bitmap_counts_that_records_from_the_top_downwards_without_a_gap(params string[] images) =>
        Assert.Null(Chain(images).WhyUnusable("A"));

    [Theory]
    [InlineData("has no bitmap", "none")]
    [InlineData("has no bitmap", "none", "ok")]
    [InlineData("is missing in an image above it", "ok", "none", "ok")]
    [InlineData("is inconsistent", "in-use")]
    [InlineData("is inconsistent", "ok", "in-use")]
    [InlineData("does not record", "disabled")]
    [InlineData("does not record", "ok", "disabled")]
    public void Any_doubt_about_a_bitmap_is_told(string why, params string[] images) =>
        Assert.Contains(why, Chain(images).WhyUnusable("A"), StringComparison.Ordinal);

    [Fact]
    public void A_bitmap_in_an_image_elsewhere_does_not_count()
    {
        var chain = Chain("ok", "ok");
        var lower = chain.Images[1] with { FileName = "nbd://host/export" };
        chain = new StoredChain([chain.Images[0], lower]);
        Assert.Contains("no file of this host", chain.WhyUnusable("A"), StringComparison.Ordinal);
        Assert.Equal(["/images/0.qcow2"], chain.Files);
    }

    [Fact]
    public void The_files_of_a_disk_are_its_images_and_their_data_files()
    {
        var chain = Chain("ok", "none");
        var top = chain.Images[0] with { Properties = new DiskImageProperties { DataFile = "0.data" } };
        Assert.Equal(
            ["/images/0.qcow2", "/images/0.data", "/images/1.qcow2"], new StoredChain([top, chain.Images[1]]).Files);
    }

    [Fact]
    public void Only_images_behind_the_top_one_that_hold_the_bitmap_are_exported_besides()
    {
        var exports = Chain("ok", "ok", "none").LowerLayersOf("A");
        Assert.Contains("/images/1.qcow2", Assert.Single(exports).ToString(), StringComparison.Ordinal);
    }

    private static StoredChain Chain(params string[] images) =>
        new([.. images.Select((state, i) => new QemuImageInfo
        {
            FileName = $"/images/{i}.qcow2",
            Format = "qcow2",
            VirtualSizeBytes = Units.MiB,
            Properties = new DiskImageProperties(),
            HasSnapshots = false,
            IsEncrypted = false,
            Bitmaps = state == "none"
                ? [new StoredBitmap("B", 65536, IsRecording: true, IsInUse: false)]
                : [new StoredBitmap("A", 65536, IsRecording: state != "disabled", IsInUse: state == "in-use")],
        })]);
}
