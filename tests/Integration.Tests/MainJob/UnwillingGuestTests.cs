using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// Guests that do not freeze, or not in time: none, try and require do what they say, and nothing is left.
/// </summary>
public sealed class UnwillingGuestTests(ITestOutputHelper output)
{
    private const long Size = 32 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_an_agent_that_answers_try_warns_and_require_fails()
    {
        await using var scene = await StartAsync();
        await BackUpAsync(scene, "filesystem", "--quiesce", "require", "--quiesce-mount", "/mnt/vda");
        await FailAsync(
            scene, "only 1 of the 2 mount points",
            "--quiesce", "require", "--quiesce-mount", "/mnt/vda", "--quiesce-mount", "/none");

        await LoseAgentAsync(scene, "kill -STOP $agent");
        await FailAsync(scene, "its guest agent does not answer", "--quiesce", "require");
        await BackUpAsync(scene, "crash");

        await scene.Guest.Host.Virsh.RunAsync(Token, "destroy", scene.Guest.Name);
        await scene.Guest.BootAsync(Token);
        await LoseAgentAsync(scene, "mv /sbin/qemu-ga /sbin/none; mv /bin/qemu-ga /bin/none; kill $agent");
        while (!(await scene.Guest.Host.Virsh.RunAsync(Token, "dumpxml", scene.Guest.Name))
            .Contains("state='disconnected'", StringComparison.Ordinal))
        {
            await Task.Delay(100, Token);
        }

        var document = await BackUpAsync(scene, "crash", "--quiesce", "try");
        Assert.Contains("no guest agent runs", document.GetProperty("warnings").ToString(), StringComparison.Ordinal);
        await FailAsync(scene, "no guest agent runs", "--quiesce", "require");

        await scene.Guest.Host.Virsh.RunAsync(Token, "suspend", scene.Guest.Name);
        await FailAsync(scene, "the domain is paused", "--quiesce", "require");
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_freeze_that_comes_after_the_timeout_is_undone_by_the_watchdog()
    {
        await using var scene = await StartAsync();
        var virsh = scene.Guest.Host.Virsh;
        await virsh.RunAsync(
            Token, "blkdeviotune", scene.Guest.Name, "vda", "--total-bytes-sec", "65536", "--live");
        _ = (await scene.Guest.RunAsync("head -c 8388608 /dev/urandom >/mnt/vda/unwritten", Token)).Value;
        using var backup = LvbackupProcess.Start(
            scene, "backup", scene.Guest.Name, "--quiesce", "require", "--quiesce-timeout", "2s");
        while (!backup.HasExited) await Task.Delay(100, Token);
        Assert.NotEmpty(Directory.EnumerateFiles(scene.StateDirectory, "freeze.json", SearchOption.AllDirectories));
        await virsh.RunAsync(Token, "blkdeviotune", scene.Guest.Name, "vda", "--total-bytes-sec", "0", "--live");

        var (exitCode, _, error) = await backup.EndAsync(); // which the watchdog's end is too

        output.WriteLine(error);
        Assert.Equal(1, exitCode);
        Assert.Contains("no answer within 2 s", error, StringComparison.Ordinal);
        Assert.Contains("a watchdog tries on", error, StringComparison.Ordinal);
        Assert.Contains("thawed the guest of domain", error, StringComparison.Ordinal);
        Assert.False(await scene.Guest.IsFrozenAsync(Token));
        await scene.Guest.WriteFilesAsync("vda", "after", count: 1, Units.MiB / 4, Token);
        await scene.AssertNothingLeftAsync();
    }

    private static async Task<BackupScene> StartAsync()
    {
        var scene = await BackupScene.StartAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await scene.Guest.MakeExt4Async("vda", Token);
        return scene;
    }

    /// <summary>Does something to the agent, which ends its answers.</summary>
    private static async Task LoseAgentAsync(BackupScene scene, string command)
    {
        // Not before it has answered to this itself.
        var begun = await scene.Guest.RunAsync(
            $"agent=$(pidof qemu-ga); (sleep 1; {command}) >/dev/null 2>&1 </dev/null &", Token);
        _ = begun.Value;
        string[] ping = ["qemu-agent-command", scene.Guest.Name, """{"execute":"guest-ping"}""", "--timeout", "1"];
        while ((await scene.Guest.Host.Virsh.TryAsync(Token, ping)).ExitCode == 0) await Task.Delay(100, Token);
    }

    private static async Task<JsonElement> BackUpAsync(
        BackupScene scene, string consistency, params string[] arguments)
    {
        var document = await LvbackupProcess.RunAsync(scene, ["backup", scene.Guest.Name, .. arguments]);
        Assert.Equal(consistency, document.GetProperty("points")[0].GetProperty("consistency").GetString());
        return document;
    }

    private async Task FailAsync(BackupScene scene, string why, params string[] arguments)
    {
        using var backup = LvbackupProcess.Start(scene, ["backup", scene.Guest.Name, .. arguments]);
        var (exitCode, _, error) = await backup.EndAsync();
        output.WriteLine(error);
        Assert.Equal(1, exitCode);
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        await scene.AssertNothingLeftAsync();
    }
}
