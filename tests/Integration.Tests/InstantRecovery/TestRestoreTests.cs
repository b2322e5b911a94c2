using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.InstantRecovery;

/// <summary>Points that are booted to see that they come up.</summary>
public sealed class TestRestoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bookworm")]
    [InlineData("forky")]
    public async Task A_point_proves_itself_by_its_agent_and_checks_and_nothing_is_left(string suite)
    {
        await using var scene = await InstantScene.StartAsync(suite, AddDisplayAsync);
        var report = Path.Combine(scene.Origin.Guest.Directory, "report");

        var document = await LvbackupProcess.RunAsync(
            scene.Origin,
            "test-restore", scene.Point, "--to", scene.DirectoryOf("proof"), "--report", report,
            "--guest-check", "sha256sum </dev/vda; ls /sys/class/net; echo x | dd of=/dev/vda conv=fsync,notrunc",
            "--check", "virsh domstate $LVBACKUP_DOMAIN && test -f $LVBACKUP_CONSOLE");

        Assert.True(document.GetProperty("ok").GetBoolean());
        Assert.True(document.GetProperty("upSeconds").GetDouble() > 0);
        var checks = document.GetProperty("checks");
        var lines = checks[0].GetProperty("output").GetString()!.Split('\n');
        Assert.Equal(await scene.HashAsync(), lines[0].Split(' ')[0]);
        Assert.Equal("lo", lines[1].Trim());
        Assert.StartsWith("running", checks[1].GetProperty("output").GetString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(report, "console.log")));
        var screenshot = document.GetProperty("screenshot").GetString()!;
        Assert.Equal(Path.Combine(report, "screenshot.png"), screenshot);
        Assert.Equal("PNG"u8.ToArray(), (await File.ReadAllBytesAsync(screenshot, Token))[1..4]);
        using var kept = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(report, "report.json"), Token));
        Assert.True(kept.RootElement.GetProperty("ok").GetBoolean());
        await AssertNothingLeftAsync(scene);
    }

    [Fact]
    public async Task A_guest_that_does_not_come_up_is_told_and_a_killed_test_ends_its_guest()
    {
        await using var scene = await InstantScene.StartAsync("bookworm");
        string[] words =
        [
            "test-restore", scene.Point, "--to", scene.DirectoryOf("proof"), "--console", "never printed",
        ];
        using (var process = LvbackupProcess.Start(scene.Origin, [.. words, "--timeout", "1s"]))
        {
            var (exitCode, output, error) = await process.EndAsync();
            Assert.Equal(1, exitCode);
            Assert.Contains("was not up (by its console) within 1 s", error, StringComparison.Ordinal);
            Assert.False(JsonDocument.Parse(output).RootElement.GetProperty("ok").GetBoolean());
        }

        // Clean-up must not hide why nothing could be begun, here or ever after.
        var file = Path.Combine(scene.Origin.Guest.Directory, "file");
        await File.WriteAllTextAsync(file, "no directory", Token);
        words[3] = Path.Combine(file, "proof");
        using (var process = LvbackupProcess.Start(scene.Origin, words))
        {
            var (exitCode, _, error) = await process.EndAsync();
            Assert.Equal(1, exitCode);
            Assert.Contains(
                $"point {scene.Point} cannot be tried in '{words[3]}'", Assert.Single(Lines(error)),
                StringComparison.Ordinal);
            Assert.Contains("--to", error, StringComparison.Ordinal);
        }

        words[3] = scene.DirectoryOf("proof");
        await AssertNothingLeftAsync(scene);
        using (var killed = LvbackupProcess.Start(scene.Origin, words))
        {
            while (!await IsRunningAsync(scene)) await Task.Delay(50, Token);
            killed.Kill();
            await killed.EndAsync();
        }

        while (await IsRunningAsync(scene)) await Task.Delay(50, Token);
        var server = await scene.BootPointAsync("proof");
        await scene.BootAsync("proof", "--discard");
        await scene.AssertNothingLeftAsync("proof", server);
    }

    /// <summary>The lab's guests have none, which most tests are quicker without.</summary>
    private static async Task AddDisplayAsync(LabGuest guest)
    {
        var file = Path.Combine(guest.Directory, "with-display.xml");
        var definition = await guest.Host.Virsh.RunAsync(Token, "dumpxml", guest.Name, "--inactive");
        await File.WriteAllTextAsync(
            file,
            definition.Replace(
                "<memballoon", "<video><model type='vga'/></video><memballoon", StringComparison.Ordinal),
            Token);
        await guest.Host.Virsh.RunAsync(Token, "define", file);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<bool> IsRunningAsync(InstantScene scene) =>
        (await scene.Origin.Guest.Host.Virsh.RunAsync(Token, "list", "--name"))
        .Contains($"{scene.Origin.Guest.Name}-test-", StringComparison.Ordinal);

    private static async Task AssertNothingLeftAsync(InstantScene scene)
    {
        Assert.False(await IsRunningAsync(scene), "the guest goes on");
        Assert.False(Directory.Exists(scene.DirectoryOf("proof")), "its directory is left");
        scene.AssertNoNotes();
    }
}
