using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Integration.Tests.Recovery;
using LibvirtBackup.Snapshots;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>Snapshots of some disks of a domain.</summary>
public sealed class PartialRevertTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_revert_of_one_disk_says_nothing_of_what_the_bitmaps_of_another_have_to_hold()
    {
        var disk = new LabDisk(8 * Units.MiB);
        await using var scene = await BackupScene.StartPausedAsync(await LabHost.ForAsync("trixie"), disk, disk);
        var (guest, io) = (scene.Guest, new QemuIo(scene.Guest));
        await io.FillAsync("vdb", 0, Units.MiB, 2, Token);
        var made = (await scene.BackUpAsync()).Checkpoint!;
        await guest.Host.Virsh.RunAsync(
            Token, "snapshot-create-as", guest.Name, "one", "--disk-only",
            "--diskspec", $"vda,file={Path.Combine(guest.Directory, "over")}", "--diskspec", "vdb,snapshot=no");
        await io.FillAsync("vda", 0, Units.MiB, 3, Token);
        await io.FillAsync("vdb", 0, Units.MiB, 3, Token);
        // Looks at all bitmaps, and makes none.
        await scene.BackUpAsync(request => request with { Level = BackupLevel.Copy });

        var options = new BackupEngineOptions { StateDirectory = scene.StateDirectory };
        await new SnapshotEngine(options, TimeProvider.System).RevertAsync(
            scene.Connection, guest.Name, "one", AfterRevert.Paused, Token);
        // libvirt has laid a new image over that of this disk too.
        await guest.Host.Virsh.RunAsync(Token, "blockcommit", guest.Name, "vdb", "--active", "--pivot", "--wait");
        await new GuestBitmaps(scene).ClearAsync("vdb", made);

        var report = await scene.BackUpAsync();
        Assert.Equal([BackupLevel.Incremental, BackupLevel.Full], report.Disks.Select(one => one.Level));
        Assert.Contains("changed bytes when it was last seen", report.Disks[1].Reason, StringComparison.Ordinal);
        await scene.VerifyAllAsync();
    }
}
