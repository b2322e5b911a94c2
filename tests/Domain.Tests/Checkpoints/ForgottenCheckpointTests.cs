using LibvirtBackup.Bitmaps;
using LibvirtBackup.Checkpoints;
using Xunit;
using static LibvirtBackup.Tests.Bitmaps.TestLayers;

namespace LibvirtBackup.Tests.Checkpoints;

public sealed class ForgottenCheckpointTests
{
    private const string Ours = "lvb.3f2a.default.1.2.00ff9a";

    [Fact]
    public void Only_bitmaps_of_this_product_that_are_no_checkpoints_are_forgotten_ones()
    {
        var inventory = new BitmapInventory
        {
            Domain = "web",
            IsRunning = true,
            Disks =
            [
                Disk(Layer("/a", Bitmap(Ours), Bitmap("by-hand"), Bitmap("backup-vda"))),
                Disk(Layer("/b", Bitmap(Ours))) with { Name = "vdb" },
                Disk() with { Name = "vdc", Unknown = "no drive" },
            ],
            Elsewhere = [],
        };

        var forgotten = Assert.Single(ForgottenCheckpoint.Find(inventory, [Checkpoint("by-hand")]));

        Assert.Equal(Ours, forgotten.Name);
        Assert.Equal(["vda", "vdb"], forgotten.Disks.Select(disk => disk.Name));
        var counted = forgotten.With(new Dictionary<BitmapOnDisk, long?> { [new BitmapOnDisk("vdb", Ours)] = 4096 });
        Assert.Equal([null, 4096], counted.Disks.Select(disk => disk.DirtyBytes));
        Assert.Empty(ForgottenCheckpoint.Find(inventory, [Checkpoint(Ours)]));
    }

    private static CheckpointSummary Checkpoint(string name) =>
        new(name, null, DateTimeOffset.UnixEpoch, [new CheckpointDisk("vda", name, null)]);
}
