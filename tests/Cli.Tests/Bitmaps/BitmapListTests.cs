using System.Text.Json;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Cli.Bitmaps;
using LibvirtBackup.Cli.Json;
using LibvirtBackup.Cli.Tests.Support;

namespace LibvirtBackup.Cli.Tests.Bitmaps;

public sealed class BitmapListTests
{
    private static readonly BitmapInfo s_ours = new()
    {
        Name = "lvb.0123abcd.default.1.2.00ff9a",
        GranularityBytes = 65_536,
        DirtyBytes = 131_072,
        Recording = true,
        Persistent = true,
        Busy = false,
        Inconsistent = false,
    };

    private static readonly BitmapInventory s_inventory = new()
    {
        Domain = "web",
        IsRunning = true,
        Disks =
        [
            new DiskBitmaps
            {
                Name = "vda",
                Layers =
                [
                    Layer("libvirt-3-format", "/images/web.overlay",
                        s_ours, s_ours with { Name = "by-hand", Recording = false }),
                    Layer("libvirt-1-format", "/images/web.qcow2",
                        s_ours with { DirtyBytes = null, Inconsistent = true }),
                ],
            },
            new DiskBitmaps { Name = "vdb", Layers = [], Unknown = "QEMU shows no drive for it" },
        ],
        Elsewhere =
        [
            Layer("libvirt-4-format", "/scratch/vda",
                s_ours with { Name = "backup-vda", Recording = false, Persistent = false, Busy = true }),
        ],
    };

    [Fact]
    public void The_document_has_the_promised_fields()
    {
        var document = JsonSerializer.Serialize(
            BitmapListDocument.Of(s_inventory), CliJson.Documents.BitmapListDocument);
        Golden.Equal("json/bitmap-list.json", document + "\n");
    }

    [Fact]
    public void The_table_tells_states_and_owners()
    {
        var output = new StringWriter { NewLine = "\n" };
        BitmapTable.Write(output, s_inventory, heading: true);
        Golden.Equal("text/bitmap-list.txt", output.ToString());
    }

    [Fact]
    public void What_was_merged_and_removed_is_told()
    {
        var report = new BitmapReport
        {
            Domain = "web",
            Disk = "vda",
            File = "/images/web.qcow2",
            Bitmaps = ["week"],
            Checkpoint = "week",
            Warnings = ["a bitmap 'week' stays in image '/images/base.qcow2', which the guest does not write"],
        };
        var merge = BitmapMergeDocument.Of(report, new BitmapMerge { Into = "week", Sources = ["monday", "tuesday"] });
        Golden.Equal("json/bitmap-merge.json",
            JsonSerializer.Serialize(merge, CliJson.Documents.BitmapMergeDocument) + "\n");
        Golden.Equal("json/bitmap-remove.json",
            JsonSerializer.Serialize(BitmapRemoveDocument.Of(report), CliJson.Documents.BitmapRemoveDocument) + "\n");
    }

    [Theory]
    [InlineData("bitmap-merge web vda --into week", "source")]
    [InlineData("bitmap-merge web vda monday", "--into")]
    [InlineData("bitmap-remove web vda", "name")]
    public async Task What_is_missing_is_said(string line, string what)
    {
        var result = await CliHost.RunAsync(line.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(what, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_without_a_monitor_is_told_apart()
    {
        var result = await CliHost.RunAsync("bitmap-list", "-c", "test:///default", "test");
        Assert.Equal(6, result.ExitCode);
        Assert.StartsWith("lvbackup: the bitmaps of domain 'test' cannot be listed", result.Error,
            StringComparison.Ordinal);
    }

    private static BitmapLayer Layer(string node, string file, params BitmapInfo[] bitmaps) => new()
    {
        Node = node,
        File = file,
        Format = "qcow2",
        VirtualSizeBytes = 1 << 30,
        Bitmaps = bitmaps,
    };
}
