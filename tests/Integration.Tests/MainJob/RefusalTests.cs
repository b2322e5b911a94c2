using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// What cannot be done is refused by the program with the right exit code and one line, and nothing is begun.
/// </summary>
public sealed class RefusalTests(ITestOutputHelper output)
{
    private const long Size = 16 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_is_too_old_is_exit_code_6_naming_the_version_needed()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bullseye"), new LabDisk(Size));
        await AssertRefusedAsync(scene, 6, "libvirt 7.6.0 or newer", "backup", scene.Guest.Name);
        Assert.False(Directory.Exists(scene.StateDirectory));
    }

    [Fact]
    public async Task An_incremental_without_a_base_is_exit_code_6_and_leaves_no_job_and_no_checkpoint()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await AssertRefusedAsync(
            scene, 6, "has no restore point yet", "backup", scene.Guest.Name, "--level", "incremental");
        await scene.AssertNothingLeftAsync();
        var checkpoints = await scene.Guest.Host.Virsh.RunAsync(Token, "checkpoint-list", scene.Guest.Name, "--name");
        Assert.Equal("", checkpoints.Trim());
    }

    [Fact]
    public async Task Names_that_do_not_exist_are_exit_code_1()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await AssertRefusedAsync(scene, 1, "'nobody'", "backup", "nobody");
        await AssertRefusedAsync(scene, 1, "no disk 'vdz'", "backup", scene.Guest.Name, "--disk", "vdz");
        await AssertRefusedAsync(scene, 1, "'2031'", "restore", "2031", "--to", scene.Guest.Directory);
    }

    private async Task AssertRefusedAsync(BackupScene scene, int exitCode, string text, params string[] arguments)
    {
        using var process = LvbackupProcess.Start(scene, arguments);
        var (code, _, error) = await process.EndAsync();
        output.WriteLine($"{string.Join(' ', arguments)}: exit {code}: {error}");
        Assert.Equal(exitCode, code);
        Assert.Contains(text, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
