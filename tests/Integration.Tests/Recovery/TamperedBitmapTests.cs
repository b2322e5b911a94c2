using System.Xml.Linq;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>
/// Whatever was done to checkpoints and bitmaps behind our back, the next backup is right, and no larger than it has to
/// be.
/// </summary>
public sealed class TamperedBitmapTests
{
    private const long Size = 32 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Each_disk_is_incremental_unless_its_own_bitmap_is_of_no_use(string suite)
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync(suite), new LabDisk(Size), new LabDisk(Size));
        var (virsh, name) = (scene.Guest.Host.Virsh, scene.Guest.Name);
        var bitmaps = new GuestBitmaps(scene);
        await virsh.RunAsync(Token, "checkpoint-create-as", name, "theirs", "--diskspec", "vda");
        var newest = await BackUpAsync(scene, BackupLevel.Full, BackupLevel.Full);

        // Undefined while it runs: libvirt forgets the checkpoints, the bitmaps go on recording.
        var definition = Path.Combine(scene.Guest.Directory, "again.xml");
        await File.WriteAllTextAsync(definition, await virsh.RunAsync(Token, "dumpxml", name, "--inactive"), Token);
        await virsh.RunAsync(Token, "undefine", name, "--checkpoints-metadata");
        await virsh.RunAsync(Token, "define", definition);
        newest = await BackUpAsync(scene, BackupLevel.Incremental, BackupLevel.Incremental);

        await virsh.RunAsync(Token, "checkpoint-delete", name, newest, "--metadata");
        newest = await BackUpAsync(scene, BackupLevel.Incremental, BackupLevel.Incremental);

        await bitmaps.RemoveAsync("vda", newest);
        newest = await BackUpAsync(scene, BackupLevel.Full, BackupLevel.Incremental);

        await new QemuIo(scene.Guest).WriteAsync("vda", 16 * Units.MiB, 4 * Units.MiB, seed: 90, Token);
        await bitmaps.ClearAsync("vda", newest);
        newest = await BackUpAsync(scene, BackupLevel.Full, BackupLevel.Incremental);

        await bitmaps.DisableAsync("vdb", newest);
        await BackUpAsync(scene, BackupLevel.Incremental, BackupLevel.Full);

        await scene.AssertNothingLeftAsync();
        await scene.VerifyAllAsync();
        Assert.Contains("theirs", await bitmaps.ListAsync("vda"));
    }

    [Fact]
    public async Task A_domain_that_was_made_anew_with_another_UUID_begins_with_a_full_and_doctor_removes_old_bitmaps()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size), new LabDisk(Size));
        var (virsh, name) = (scene.Guest.Host.Virsh, scene.Guest.Name);
        var old = await BackUpAsync(scene, BackupLevel.Full, BackupLevel.Full);
        var definition = XDocument.Parse(await virsh.RunAsync(Token, "dumpxml", name, "--inactive"));
        definition.Root!.Element("uuid")!.Value = $"{Guid.NewGuid()}";
        var path = Path.Combine(scene.Guest.Directory, "other.xml");
        await File.WriteAllTextAsync(path, definition.ToString(), Token);
        await virsh.RunAsync(Token, "destroy", name);
        await virsh.RunAsync(Token, "undefine", name, "--checkpoints-metadata");
        await virsh.RunAsync(Token, "define", path);
        await scene.Guest.StartPausedAsync(Token);
        Assert.Contains(old, await new GuestBitmaps(scene).ListAsync("vda"));

        var made = await BackUpAsync(scene, BackupLevel.Full, BackupLevel.Full);
        Assert.NotEqual(old, made);
        Assert.Equal(0, (await DoctorRun.StartAsync(scene, "--repair")).ExitCode);
        Assert.DoesNotContain(old, await new GuestBitmaps(scene).ListAsync("vda"));
        await BackUpAsync(scene, BackupLevel.Incremental, BackupLevel.Incremental);
        await scene.AssertNothingLeftAsync();
        await scene.VerifyAllAsync();
    }

    private static async Task<string> BackUpAsync(BackupScene scene, params BackupLevel[] levels)
    {
        var seed = Random.Shared.Next(1, 80);
        await new QemuIo(scene.Guest).WriteAsync("vda", Random.Shared.Next(8) * Units.MiB, Units.MiB, seed, Token);
        await new QemuIo(scene.Guest).WriteAsync("vdb", Random.Shared.Next(8) * Units.MiB, Units.MiB, seed + 1, Token);
        var report = await scene.BackUpAsync();
        Assert.Equal(levels, report.Disks.Select(disk => disk.Level));
        return report.Checkpoint!;
    }
}
