using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Healing;

/// <summary>
/// Images that changed places. Each has a bitmap with the name of the base's checkpoint, so libvirt would lay the
/// changes of one disk over the content of the other.
/// </summary>
public sealed class ExchangedImagesTests
{
    private const long Size = 16 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Images_that_changed_places_are_read_whole_however_they_did()
    {
        await using var scene = await BackupScene.StartAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size), new LabDisk(Size), new LabDisk(Size));
        var guest = scene.Guest;
        foreach (var (disk, seed) in new[] { ("vda", 1), ("vdb", 2), ("vdc", 3) })
            await guest.WritePatternAsync(disk, 0, 4 * Units.MiB, seed, Token);
        await scene.BackUpAsync();
        await WriteAsync(scene, seed: 4);

        // In the definition.
        await guest.StopAsync();
        await guest.RedefineAsync(domain =>
        {
            var (a, b) = (domain.Disk("vda"), domain.Disk("vdb"));
            var (first, second) = (a.Source(), b.Source());
            a.SetSource(second);
            b.SetSource(first);
        });
        await guest.BootAsync(Token);
        await WriteAsync(scene, seed: 7);
        var exchanged = await scene.BackUpAsync();
        Assert.Equal(
            [BackupLevel.Full, BackupLevel.Full, BackupLevel.Incremental], exchanged.Disks.Select(disk => disk.Level));
        Assert.Equal("its image was that of disk 'vdb' at the base point", exchanged.Disks[0].Reason);
        Assert.Equal((BackupLevel.Incremental, 1), (exchanged.Level, Generation(exchanged)));

        // By the names of the files.
        await WriteAsync(scene, seed: 10);
        await guest.StopAsync();
        var (left, right) = (Path.Combine(guest.Directory, "vda.qcow2"), Path.Combine(guest.Directory, "vdb.qcow2"));
        File.Move(left, left + ".away");
        File.Move(right, left);
        File.Move(left + ".away", right);
        await guest.BootAsync(Token);
        var renamed = await scene.BackUpAsync();
        Assert.Equal(
            [BackupLevel.Full, BackupLevel.Full, BackupLevel.Incremental], renamed.Disks.Select(disk => disk.Level));
        Assert.Equal($"'{right}' is not the same file as at the base point", renamed.Disks[0].Reason);

        await WriteAsync(scene, seed: 13);
        Assert.All((await scene.BackUpAsync()).Disks, disk => Assert.Equal(BackupLevel.Incremental, disk.Level));
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    private static int Generation(BackupReport report) =>
        int.Parse(report.Checkpoint!.Split('.')[3], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task WriteAsync(BackupScene scene, int seed)
    {
        foreach (var disk in new[] { "vda", "vdb", "vdc" })
            await scene.Guest.WritePatternAsync(disk, Units.MiB, Units.MiB, seed++, Token);
    }
}
