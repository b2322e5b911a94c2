using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Recovery;

/// <summary>
/// What administrators do to a domain that makes libvirt forget its checkpoints, while the images keep the bitmaps: the
/// next backup says so, has libvirt prove the bitmaps, and is incremental.
/// </summary>
public sealed class ForgottenCheckpointsTests(ITestOutputHelper output)
{
    private const long Size = 8 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_domain_that_was_renamed_or_defined_or_created_again_stays_incremental(string suite)
    {
        var host = await LabHost.StartPrivateAsync(suite);
        await using var ending = host;
        var guest = await LabGuest.StartPausedAsync(host, Token, new LabDisk(Size), new LabDisk(Size));
        await using var scene = await BackupScene.OfAsync(guest);
        var virsh = host.Virsh;
        await WriteAsync(scene, 1);
        await scene.BackUpAsync();
        // libvirt writes the descriptions of a renamed domain's checkpoints where it does not look for them.
        await WriteAsync(scene, 2);
        await virsh.RunAsync(Token, "destroy", guest.Name);
        await guest.RenameAsync($"{guest.Name}-renamed", Token);
        await host.RestartLibvirtdAsync(Token);
        await scene.ReconnectAsync();
        await AssertForgottenAsync(guest);
        await guest.StartPausedAsync(Token);
        await BackUpAsync(scene, "renamed");

        var definition = Path.Combine(guest.Directory, "again.xml");
        await File.WriteAllTextAsync(
            definition, await virsh.RunAsync(Token, "dumpxml", guest.Name, "--inactive"), Token);
        await WriteAsync(scene, 3);
        await virsh.RunAsync(Token, "destroy", guest.Name);
        await virsh.RunAsync(Token, "undefine", guest.Name, "--checkpoints-metadata");
        await virsh.RunAsync(Token, "define", definition);
        await AssertForgottenAsync(guest);
        await guest.StartPausedAsync(Token);
        await BackUpAsync(scene, "defined again");

        await WriteAsync(scene, 4);
        await virsh.RunAsync(Token, "destroy", guest.Name);
        await virsh.RunAsync(Token, "undefine", guest.Name, "--checkpoints-metadata");
        await virsh.RunAsync(Token, "create", definition, "--paused");
        await AssertForgottenAsync(guest);
        await BackUpAsync(scene, "made transient");

        await WriteAsync(scene, 5);
        await virsh.RunAsync(Token, "destroy", guest.Name);
        await virsh.RunAsync(Token, "create", definition, "--paused");
        await AssertForgottenAsync(guest);
        await BackUpAsync(scene, "created again");

        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
        Assert.Equal(0, (await DoctorRun.StartAsync(scene)).ExitCode);
    }

    private static async Task WriteAsync(BackupScene scene, byte value)
    {
        var io = new QemuIo(scene.Guest);
        await io.FillAsync("vda", value * 512 * Units.KiB, Units.MiB, value, Token);
        await io.FillAsync("vdb", value * 64 * Units.KiB, 96 * Units.KiB, value, Token);
    }

    private static async Task AssertForgottenAsync(LabGuest guest) =>
        Assert.Empty((await guest.Host.Virsh.RunAsync(Token, "checkpoint-list", guest.Name, "--name")).Trim());

    private async Task BackUpAsync(BackupScene scene, string what)
    {
        var report = await scene.BackUpAsync();
        output.WriteLine($"{scene.Guest.Host.Suite}: {what}: {report.Level}: {string.Join("; ", report.Warnings)}");
        Assert.All(report.Disks, disk => Assert.Equal(BackupLevel.Incremental, disk.Level));
        Assert.All(report.Disks, disk => Assert.Contains(
            report.Warnings,
            line => line.Contains("had forgotten checkpoint", StringComparison.Ordinal)
                && line.Contains($"'{disk.Name}'", StringComparison.Ordinal)));
    }
}
