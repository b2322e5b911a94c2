using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>
/// Saves and stops of a domain in a chain of images, behind the program's back; what changes the chain itself is in
/// <see cref="Chains.OperationTableTests"/>.
/// </summary>
public sealed class ChangedChainTests(ITestOutputHelper output)
{
    private const long Size = 8 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Backups_are_incremental_after_a_managed_save_and_a_stop_in_a_backup(string suite)
    {
        var guest = await LabGuest.StartPausedAsync(await LabHost.ForAsync(suite), Token, new LabDisk(Size));
        await using var scene = await BackupScene.OfAsync(guest);
        await BackUpAsync(scene, "first", BackupLevel.Full);

        await SnapshotAsync(guest, "one", "--disk-only", "--no-metadata", "--diskspec", Overlay(guest, "one"));
        await BackUpAsync(scene, "external snapshot", BackupLevel.Incremental);

        await RunAsync(guest, "managedsave", "--paused");
        await RunAsync(guest, "start");
        // Until the guest has run, newer QEMUs hold the images as those of a migration's other side: a write of
        // qemu-io's ends them (an assertion).
        await RunAsync(guest, "resume");
        await RunAsync(guest, "suspend");
        await BackUpAsync(scene, "managed save", BackupLevel.Incremental);
        await DestroyInBackupAsync(scene);
        await BackUpAsync(scene, "destroyed in a backup", BackupLevel.Incremental);

        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
        Assert.Equal(0, (await DoctorRun.StartAsync(scene)).ExitCode);
    }

    private static async Task DestroyInBackupAsync(BackupScene scene)
    {
        var begun = new FirstReport();
        var backup = scene.BackUpOnlyAsync(
            request => request with { Level = BackupLevel.Full, RateLimitBytesPerSecond = 64 * Units.KiB }, begun);
        Assert.Same(begun.Reported, await Task.WhenAny(begun.Reported, backup));
        await RunAsync(scene.Guest, "destroy");
        await Assert.ThrowsAsync<BackupException>(() => backup);
        await scene.Guest.StartPausedAsync(Token);
    }

    private async Task BackUpAsync(BackupScene scene, string what, BackupLevel level)
    {
        await WriteAsync(scene);
        var report = await scene.BackUpAsync();
        output.WriteLine($"{scene.Guest.Host.Suite}: {what}: {report.Level}, read {report.Disks[0].ReadBytes}: "
            + $"{report.Reason}; {string.Join("; ", report.Warnings)}");
        Assert.Equal((what, level), (what, report.Level));
        if (what != "first") Assert.Equal(level == BackupLevel.Full, report.Reason is not null);
    }

    private static async Task WriteAsync(BackupScene scene)
    {
        var io = new QemuIo(scene.Guest);
        var offset = Random.Shared.Next(100) * 64 * Units.KiB;
        await io.FillAsync("vda", offset, 192 * Units.KiB, (byte)Random.Shared.Next(1, 256), Token);
        await io.DiscardAsync("vda", Random.Shared.Next(100) * 64 * Units.KiB, 64 * Units.KiB, Token);
    }

    private static string Overlay(LabGuest guest, string name) => $"vda,file={Image(guest, name)}";

    private static string Image(LabGuest guest, string name) => Path.Combine(guest.Directory, $"{name}.qcow2");

    private static Task<string> SnapshotAsync(LabGuest guest, string name, params string[] options) =>
        RunAsync(guest, "snapshot-create-as", [name, .. options]);

    private static Task<string> RunAsync(LabGuest guest, string command, params string[] options) =>
        guest.Host.Virsh.RunAsync(Token, [command, guest.Name, .. options]);
}
