using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Healing;

/// <summary>
/// What administrators do to disks between two backups of one track: no chain breaks, a disk that lost its tracking is
/// read whole and says why, the others stay incremental.
/// </summary>
public sealed class ChangedDisksTests(ITestOutputHelper output)
{
    private const long Size = 16 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Disks_that_were_changed_restore_to_what_they_hold_and_only_they_are_read_whole()
    {
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size), new LabDisk(Size), new LabDisk(Size));
        var (guest, directory) = (scene.Guest, scene.Guest.Directory);
        foreach (var (disk, seed) in new[] { ("vda", 1), ("vdb", 2), ("vdc", 3) })
            await guest.WritePatternAsync(disk, 0, 8 * Units.MiB, seed, Token);
        await scene.BackUpAsync();

        // Resized while off, both ways, and grown while running.
        await guest.StopAsync();
        await RunAsync("qemu-img", "resize", "-q", Image("vda"), "20M");
        await RunAsync("qemu-img", "resize", "-q", "--shrink", Image("vdb"), "6M");
        await guest.BootAsync(Token);
        await guest.Host.Virsh.RunAsync(Token, "blockresize", guest.Name, "vdc", "24M");
        await guest.WritePatternAsync("vda", 17 * Units.MiB, Units.MiB, seed: 4, Token);
        await AssertAsync("resized", ("vda", null), ("vdb", null), ("vdc", null));

        // To another format and back; the bitmaps are gone.
        await guest.StopAsync();
        await RunAsync("qemu-img", "convert", "-f", "qcow2", "-O", "raw", Image("vda"), Image("vda") + ".raw");
        await RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", Image("vda") + ".raw", Image("vda"));
        await guest.BootAsync(Token);
        await AssertAsync("converted", ("vda", "missing or broken"), ("vdb", null), ("vdc", null));

        // Copied elsewhere with its bitmaps; under another target; the file of another disk put over the image.
        await guest.StopAsync();
        File.Copy(Image("vda"), Image("moved"));
        await guest.RedefineAsync(domain =>
        {
            domain.Disk("vda").SetSource(Image("moved"));
            domain.Disk("vdb").Element("target")!.SetAttributeValue("dev", "vdz");
        });
        await guest.BootAsync(Token);
        await AssertAsync(
            "moved", ("vda", "is in '" + Image("moved")), ("vdc", null), ("vdz", "that of disk 'vdb'"));

        // Mirrored to another file while it runs.
        await guest.WritePatternAsync("vda", 2 * Units.MiB, Units.MiB, seed: 5, Token);
        await guest.Host.Virsh.RunAsync(
            Token, "blockcopy", guest.Name, "vda", Image("mirror"), "--format", "qcow2", "--transient-job", "--wait",
            "--pivot");
        await AssertAsync("mirrored", ("vda", "is in '" + Image("mirror")), ("vdc", null), ("vdz", null));

        // Another disk's bytes in the same file, with a bitmap of the same name.
        await guest.StopAsync();
        await RunAsync("cp", Image("vdb"), Image("vdc"));
        await guest.BootAsync(Token);
        await AssertAsync("replaced", ("vda", null), ("vdc", "no bitmap reported"), ("vdz", null));

        // Taken away, and given back later.
        await guest.StopAsync();
        var kept = "";
        await guest.RedefineAsync(domain =>
        {
            var disk = domain.Disk("vdc");
            kept = disk.ToString();
            disk.Remove();
        });
        await guest.BootAsync(Token);
        await AssertAsync("removed", ("vda", null), ("vdz", null));
        var xml = Path.Combine(directory, "vdc.xml");
        await File.WriteAllTextAsync(xml, kept, Token);
        await guest.Host.Virsh.RunAsync(Token, "attach-device", guest.Name, xml, "--live", "--config");
        await AssertAsync("returned", ("vda", null), ("vdc", "does not have this disk"), ("vdz", null));
        await AssertAsync("settled", ("vda", null), ("vdc", null), ("vdz", null));

        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();

        string Image(string name) => Path.Combine(directory, $"{name}.qcow2");

        async Task AssertAsync(string step, params (string Disk, string? Why)[] expected)
        {
            var report = await scene.BackUpAsync();
            foreach (var disk in report.Disks)
                output.WriteLine(
                    $"{step}: {disk.Name} {disk.Level}: {disk.Reason ?? "-"}; read {disk.ReadBytes}, stored "
                    + $"{disk.StoredBytes}");
            Assert.Equal(BackupLevel.Incremental, report.Level);
            Assert.Equal(expected.Select(disk => disk.Disk), report.Disks.Select(disk => disk.Name).Order());
            foreach (var (name, why) in expected)
            {
                var disk = report.Disks.Single(disk => disk.Name == name);
                Assert.Equal(why is null ? BackupLevel.Incremental : BackupLevel.Full, disk.Level);
                Assert.Contains(why ?? "", disk.Reason ?? "", StringComparison.Ordinal);
            }
        }
    }

    private static async Task RunAsync(string program, params string[] arguments) =>
        _ = (await Tool.RunAsync(program, arguments, Token)).Value;
}
