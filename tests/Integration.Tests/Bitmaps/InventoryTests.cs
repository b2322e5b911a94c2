using LibvirtBackup.Bitmaps;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Interop.Libvirt;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Bitmaps;

/// <summary>What a domain's disks hold, through snapshots, a running backup, and shut off.</summary>
public sealed class InventoryTests
{
    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Every_bitmap_of_a_chain_is_listed_during_a_backup_and_after_the_domain_is_shut_off(string suite)
    {
        var host = await LabHost.ForAsync(suite);
        await using var guest = await LabGuest.StartPausedAsync(
            host, Token, new LabDisk(16 * Units.MiB), new LabDisk(16 * Units.MiB) { Format = "raw" });
        await using var connection = await LibvirtConnection.OpenAsync(host.ConnectionUri, cancellationToken: Token);
        var bitmaps = new BitmapService(connection);
        await CheckpointAsync("first");
        await new QemuIo(guest).WriteAsync("vda", Units.MiB, 128 * Units.KiB, seed: 1, Token);
        var overlay = Path.Combine(guest.Directory, "vda.overlay");
        await host.Virsh.RunAsync(
            Token, "snapshot-create-as", guest.Name, "s", "--disk-only", "--no-metadata",
            "--diskspec", $"vda,file={overlay}", "--diskspec", "vdb,snapshot=no");
        await CheckpointAsync("second");
        await new QemuIo(guest).WriteAsync("vda", 4 * Units.MiB, 64 * Units.KiB, seed: 2, Token);
        await BeginBackupAsync();

        var running = await bitmaps.ListAsync(guest.Name, Token);
        await host.Virsh.RunAsync(Token, "domjobabort", guest.Name);
        await host.Virsh.RunAsync(Token, "destroy", guest.Name);
        var shutOff = await bitmaps.ListAsync(guest.Name, Token);

        Assert.Equal((true, false), (running.IsRunning, shutOff.IsRunning));
        Assert.All([running, shutOff], inventory =>
        {
            Assert.Equal(["vda", "vdb"], inventory.Disks.Select(disk => disk.Name));
            Assert.All(inventory.Disks, disk => Assert.Null(disk.Unknown));
            Assert.Empty(Assert.Single(inventory.Disks[1].Layers).Bitmaps);
            Assert.Equal(
                [overlay, Path.Combine(guest.Directory, "vda.qcow2")],
                inventory.Disks[0].Layers.Select(layer => layer.File));
        });
        Assert.Equal(
            ["0 first 65536 True True False False", "0 second 65536 True True False False",
                "1 first 131072 True True False False"],
            Rows(running));
        Assert.Equal(
            ["0 first ? True True False False", "0 second ? True True False False",
                "1 first ? True True False False"],
            Rows(shutOff));
        Assert.Equal("backup-vda", running.Elsewhere.SelectMany(layer => layer.Bitmaps).Single().Name);

        Task CheckpointAsync(string name) => host.Virsh.RunAsync(
            Token, "checkpoint-create-as", guest.Name, name, "--diskspec", "vda", "--diskspec", "vdb,checkpoint=no");

        async Task BeginBackupAsync()
        {
            var xml = Path.Combine(guest.Directory, "backup.xml");
            await File.WriteAllTextAsync(xml, $"""
                <domainbackup mode='pull'><server transport='unix' socket='{guest.Directory}/nbd'/><disks>
                  <disk name='vda' backup='yes' type='file' backupmode='incremental' incremental='first'>
                    <driver type='qcow2'/><scratch file='{guest.Directory}/scratch'/></disk>
                  <disk name='vdb' backup='no'/></disks></domainbackup>
                """, Token);
            await host.Virsh.RunAsync(Token, "backup-begin", guest.Name, xml);
        }
    }

    private static IEnumerable<string> Rows(BitmapInventory inventory) => inventory.Disks[0].Layers.SelectMany(
        (layer, depth) => layer.Bitmaps.Select(bitmap =>
            $"{depth} {bitmap.Name} {bitmap.DirtyBytes?.ToString() ?? "?"} {bitmap.Recording} {bitmap.Persistent} "
            + $"{bitmap.Busy} {bitmap.Inconsistent}"));
}
