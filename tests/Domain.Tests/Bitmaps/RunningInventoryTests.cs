using LibvirtBackup.Bitmaps;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Tests.Qmp;
using Xunit;

namespace LibvirtBackup.Tests.Bitmaps;

public sealed class RunningInventoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bitmaps_are_found_per_disk_and_layer_behind_the_filter_of_a_running_backup()
    {
        var inventory = await ReadAsync(
            QemuAnswers.BackupDomain, QemuAnswers.BackupBlock, QemuAnswers.BackupNodes);

        Assert.True(inventory.IsRunning);
        Assert.Equal(["vda", "vdb", "vdc"], inventory.Disks.Select(disk => disk.Name));
        var vda = inventory.FindDisk("vda")!;
        Assert.Equal(
            [("libvirt-3-format", "/d/vda.s1", 67108864), ("libvirt-2-format", "/d/vda.qcow2", 33554432)],
            vda.Layers.Select(layer => (layer.Node!, layer.File, layer.VirtualSizeBytes)));
        Assert.Equal(["A", "B"], vda.Layers[0].Bitmaps.Select(bitmap => bitmap.Name));
        Assert.Equal(
            new BitmapInfo
            {
                Name = "A",
                GranularityBytes = 65536,
                DirtyBytes = 131072,
                Recording = true,
                Persistent = true,
                Busy = false,
                Inconsistent = false,
            },
            vda.Layers[0].Find("A"));
        Assert.Equal(vda.Layers, vda.LayersWith("A"));
        Assert.Equal([vda.Layers[0]], vda.LayersWith("B"));
        var temporary = Assert.Single(Assert.Single(inventory.Elsewhere).Bitmaps);
        Assert.Equal(("backup-vda", true), (temporary.Name, temporary.Busy));
        Assert.Equal(new BitmapOwner.Libvirt(), temporary.Owner);
    }

    [Fact]
    public async Task A_broken_bitmap_has_no_dirty_bytes_and_a_disk_without_a_node_is_unknown_and_not_empty()
    {
        var inventory = await ReadAsync(
            QemuAnswers.BackupDomain, QemuAnswers.BackupBlock, QemuAnswers.BackupNodes);

        var broken = inventory.FindDisk("vdb")!.Layers.Single().Find("A")!;
        Assert.Equal((true, (long?)null), (broken.Inconsistent, broken.DirtyBytes));
        Assert.Null(inventory.FindDisk("vdb")!.Unknown);
        Assert.Contains("vhost-user", inventory.FindDisk("vdc")!.Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disks_that_share_a_base_get_the_nodes_of_their_own_chains()
    {
        var inventory = await ReadAsync(
            QemuAnswers.SharedBaseDomain, QemuAnswers.SharedBaseBlock, QemuAnswers.SharedBaseNodes);

        Assert.Equal(["top-a", "base-of-a"], inventory.FindDisk("sda")!.Layers.Select(layer => layer.Node));
        Assert.Equal(["top-b", "base-of-b"], inventory.FindDisk("sdb")!.Layers.Select(layer => layer.Node));
        Assert.Empty(inventory.Elsewhere);
    }

    [Fact]
    public async Task A_device_with_another_number_is_not_taken_for_the_disk()
    {
        var other = QemuAnswers.BackupDomain.Replace("virtio-disk1'", "virtio-disk'", StringComparison.Ordinal)
            .Replace("/d/vdb.qcow2", "/d/other.qcow2", StringComparison.Ordinal);

        var inventory = await ReadAsync(other, QemuAnswers.BackupBlock, QemuAnswers.BackupNodes);

        Assert.NotNull(inventory.FindDisk("vdb")!.Unknown);
    }

    [Fact]
    public async Task A_node_that_went_between_the_two_answers_makes_the_disk_unknown()
    {
        var gone = QemuAnswers.BackupNodes.Replace("\"/d/vda.qcow2\",\"ro\":true", "\"/d/x\",\"ro\":true",
            StringComparison.Ordinal);

        var inventory = await ReadAsync(QemuAnswers.BackupDomain, QemuAnswers.BackupBlock, gone);

        Assert.Contains("/d/vda.qcow2", inventory.FindDisk("vda")!.Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_qemu_is_one_line()
    {
        var refusal = await Assert.ThrowsAsync<BackupException>(() => ReadAsync(
            QemuAnswers.BackupDomain, """{"error":{"class":"GenericError","desc":"no"}}"""));

        Assert.Contains("domain 'demo'", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<BitmapInventory> ReadAsync(string domain, params string[] answers) =>
        BitmapReader.ReadAsync(new ScriptedQmp(answers).Client, DomainXml.Parse(domain), Token);
}
