using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Integration.Tests.Recovery.Kills;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>
/// libvirtd died between the end of QEMU's jobs and its own note of that: the next one says for ever that a backup
/// runs, and QEMU's NBD server is left. The test does to QEMU what the dead libvirtd had done last.
/// </summary>
public sealed class PhantomJobTests(ITestOutputHelper output)
{
    private const long Size = 8 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task The_phantom_of_a_killed_backup_is_ended_by_the_next_which_is_incremental(string suite)
    {
        var host = await LabHost.StartPrivateAsync(suite);
        await using var ending = host;
        await using var scene = await StartAsync(host);
        var uuid = (await host.Virsh.RunAsync(Token, "domuuid", scene.Guest.Name)).Trim();
        var watch = new BackupWatch(scene, Path.Combine(scene.StateDirectory, "domains", uuid));
        using var killed = LvbackupProcess.Start(scene, "backup", scene.Guest.Name, "--limit-rate", "64KiB");
        while (watch.Look(killed) < KillPhase.Copy) await Task.Delay(5, Token);
        await killed.SignalAsync("KILL");
        await EndJobsBehindLibvirtAsync(scene);
        Assert.Contains("Backup", await JobAsync(scene), StringComparison.Ordinal);

        var next = await scene.BackUpAsync();

        output.WriteLine($"{suite}: {string.Join("; ", next.Warnings)}");
        Assert.Equal(BackupLevel.Incremental, next.Level);
        Assert.Contains(next.Warnings, line => line.StartsWith("ended the backup job", StringComparison.Ordinal));
        Assert.Contains(next.Warnings, line => line.StartsWith("stopped QEMU's NBD", StringComparison.Ordinal));
        await AssertNoPointOfALostJobAsync(scene);
        await scene.AssertNothingLeftAsync();
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task The_phantom_of_somebody_elses_backup_is_named_and_ended_by_the_doctor()
    {
        var host = await LabHost.StartPrivateAsync("bookworm");
        await using var ending = host;
        await using var scene = await StartAsync(host);
        var (xml, directory) = (Path.Combine(scene.Guest.Directory, "foreign.xml"), scene.Guest.Directory);
        await File.WriteAllTextAsync(
            xml,
            $"<domainbackup mode='pull'><server transport='unix' socket='{directory}/foreign.sock'/><disks>"
            + $"<disk name='vda' type='file'><scratch file='{directory}/foreign.scratch'/></disk></disks>"
            + "</domainbackup>",
            Token);
        await host.Virsh.RunAsync(Token, "backup-begin", scene.Guest.Name, xml);
        Assert.DoesNotContain("phantom-job", await StatesAsync(scene));
        await EndJobsBehindLibvirtAsync(scene);

        var refused = await Assert.ThrowsAsync<BackupException>(() => scene.BackUpOnlyAsync());

        Assert.Equal(FailureKind.Busy, refused.Kind);
        Assert.Contains("phantom-job", await StatesAsync(scene));
        Assert.Equal(0, (await DoctorRun.StartAsync(scene, "--repair")).ExitCode);
        Assert.Contains("None", await JobAsync(scene), StringComparison.Ordinal);
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Level);
        await scene.AssertNothingLeftAsync();
        await scene.VerifyAllAsync();
    }

    private static async Task<BackupScene> StartAsync(LabHost host)
    {
        var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(Size));
        var (scene, io) = (await BackupScene.OfAsync(guest), new QemuIo(guest));
        await io.FillAsync("vda", 0, 2 * Units.MiB, 1, Token);
        await scene.BackUpAsync();
        await io.FillAsync("vda", Units.MiB, 2 * Units.MiB, 2, Token);
        return scene;
    }

    /// <summary>QEMU's server outlives the job and serves the live disk: what is read from then on is no point.
    /// </summary>
    private static async Task AssertNoPointOfALostJobAsync(BackupScene scene)
    {
        var refused = await Assert.ThrowsAsync<BackupException>(() => scene.BackUpWhileAsync(
            async () =>
            {
                await EndJobsAsync(scene);
                await new QemuIo(scene.Guest).FillAsync("vda", 2 * Units.MiB, Units.MiB, 3, Token);
            },
            request => request with { Level = BackupLevel.Full }));

        Assert.Contains("ended before everything was read", refused.Message, StringComparison.Ordinal);
        await scene.ReconnectAsync();
        Assert.Equal(BackupLevel.Incremental, (await scene.BackUpAsync()).Level);
    }

    private static async Task EndJobsBehindLibvirtAsync(BackupScene scene)
    {
        await EndJobsAsync(scene);
        await scene.ReconnectAsync();
    }

    private static async Task EndJobsAsync(BackupScene scene)
    {
        await scene.Guest.Host.KillLibvirtdAsync(Token);
        using (var monitor = await QemuMonitor.OpenAsync(scene.Guest, Token))
            await monitor.EndJobsAsync(Token);
        await scene.Guest.Host.RestartLibvirtdAsync(Token);
    }

    private static Task<string> JobAsync(BackupScene scene) =>
        scene.Guest.Host.Virsh.RunAsync(Token, "domjobinfo", scene.Guest.Name);

    private static async Task<IEnumerable<string?>> StatesAsync(BackupScene scene) =>
        (await DoctorRun.StartAsync(scene)).Findings.Select(finding => finding.GetProperty("state").GetString());
}
