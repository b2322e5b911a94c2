using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>Domains that are shut off and may be started paused: what is somebody else's is not touched.</summary>
public sealed class PausedStartTests
{
    private const long Size = 32 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task One_that_was_resumed_and_paused_again_is_not_stopped(string suite)
    {
        await using var scene = await StartAsync(suite);
        var (virsh, name) = (scene.Guest.Host.Virsh, scene.Guest.Name);
        await virsh.RunAsync(Token, "destroy", name);

        await scene.BackUpWhileAsync(
            async () =>
            {
                Assert.Contains("\"prelaunch\"", await StatusAsync(), StringComparison.Ordinal);
                await virsh.RunAsync(Token, "resume", name);
                await virsh.RunAsync(Token, "suspend", name);
                Assert.Contains("\"paused\"", await StatusAsync(), StringComparison.Ordinal);
            },
            request => request with { StartPaused = true });

        Assert.Contains("paused", await virsh.RunAsync(Token, "domstate", name), StringComparison.Ordinal);
        await scene.VerifyAllAsync();

        Task<string> StatusAsync() =>
            virsh.RunAsync(Token, "qemu-monitor-command", name, """{"execute":"query-status"}""");
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task One_that_is_saved_keeps_its_memory(string suite)
    {
        await using var scene = await StartAsync(suite);
        var (virsh, name) = (scene.Guest.Host.Virsh, scene.Guest.Name);
        await virsh.RunAsync(Token, "managedsave", name);

        var report = await scene.BackUpAsync(request => request with { StartPaused = true });

        Assert.Contains(report.Warnings, line => line.Contains("memory is saved", StringComparison.Ordinal));
        Assert.Null(report.Checkpoint);
        Assert.Matches("Managed save: +yes", await virsh.RunAsync(Token, "dominfo", name));
        await scene.VerifyAllAsync();
        await virsh.RunAsync(Token, "managedsave-remove", name);
    }

    private static async Task<BackupScene> StartAsync(string suite)
    {
        var scene = await BackupScene.StartPausedAsync(await LabHost.ForAsync(suite), new LabDisk(Size));
        await new QemuIo(scene.Guest).PaintAsync("vda", 0, mebibytes: 8, seed: 1, Token);
        return scene;
    }
}
