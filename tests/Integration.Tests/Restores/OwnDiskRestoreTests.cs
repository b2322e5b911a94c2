using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Restores;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Restores;

/// <summary>Restores over the disk that a domain has.</summary>
public sealed class OwnDiskRestoreTests
{
    private const long Size = 16 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Backups_go_on_incrementally_and_rightly_after_a_domain_s_disk_was_set_back_in_place(string suite)
    {
        await using var scene = await BackupScene.StartPausedAsync(await LabHost.ForAsync(suite), new LabDisk(Size));
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 4 * Units.MiB, seed: 1, Token);
        var old = await scene.BackUpAsync();
        await new QemuIo(scene.Guest).WriteAsync("vda", 2 * Units.MiB, Units.MiB, seed: 2, Token);
        await new QemuIo(scene.Guest).DiscardAsync("vda", 0, Units.MiB, Token);
        await new QemuIo(scene.Guest).WriteAsync("vda", 8 * Units.MiB, Units.MiB, seed: 3, Token);
        var newest = await scene.BackUpAsync();
        var request = new RestoreRequest
        {
            Point = old.Point,
            Targets = new Dictionary<string, string> { ["vda"] = Path.Combine(scene.Guest.Directory, "vda.qcow2") },
            Overwrite = true,
        };
        var busy = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(scene, request));
        Assert.Contains("shut off the domain", busy.Message, StringComparison.Ordinal);
        var (virsh, name) = (scene.Guest.Host.Virsh, scene.Guest.Name);
        await virsh.RunAsync(Token, "managedsave", name);
        var saved = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(scene, request));
        Assert.Contains($"virsh managedsave-remove {name}", saved.Message, StringComparison.Ordinal);
        await virsh.RunAsync(Token, "managedsave-remove", name);

        var report = await RestoreAsync(scene, request);

        Assert.InRange(report.Disks[0].WrittenBytes, 2 * Units.MiB, 3 * Units.MiB);
        await scene.Guest.StartPausedAsync(Token);
        await new QemuIo(scene.Guest).WriteAsync("vda", 6 * Units.MiB, 64 * Units.KiB, seed: 4, Token);
        var next = await scene.BackUpAsync();
        Assert.Equal((BackupLevel.Incremental, newest.Point), (next.Level, next.Parent));
        await scene.VerifyAllAsync();
    }

    private static Task<RestoreReport> RestoreAsync(BackupScene scene, RestoreRequest request) =>
        new RestoreEngine().RestoreAsync(scene.Repository, request, scene.Connection, null, Token);
}
