using System.Globalization;
using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// Whatever dies while the guest is frozen, it is thawed. The call to begin the backup is held back, so that it stays
/// frozen for long enough to be seen.
/// </summary>
public sealed class FrozenGuestTests(ITestOutputHelper output)
{
    private const long Size = 32 * Units.MiB;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task After_kill_9_the_watchdog_thaws_and_without_it_the_next_backup_does(string suite)
    {
        await using var scene = await StartAsync(await LabHost.ForAsync(suite));
        await KillFrozenAsync(scene, andWatchdog: false);
        await ExpectThawedAsync(scene);

        await KillFrozenAsync(scene, andWatchdog: true);
        Assert.True(await scene.Guest.IsFrozenAsync(Token));
        var document = await LvbackupProcess.RunAsync(scene, "backup", scene.Guest.Name, "--quiesce", "require");

        Assert.False(await scene.Guest.IsFrozenAsync(Token));
        Assert.Contains("thawed the guest's file systems", WarningsOf(document), StringComparison.Ordinal);
        var point = document.GetProperty("points")[0];
        Assert.Equal("filesystem", point.GetProperty("consistency").GetString());
        var shown = await LvbackupProcess.RunAsync(scene, "show", point.GetProperty("point").GetString()!);
        Assert.Equal(1, shown.GetProperty("freeze").GetProperty("fileSystems").GetInt32());
        await ExpectThawedAsync(scene);
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_guest_is_thawed_at_the_limit_and_the_point_is_not_called_consistent()
    {
        await using var scene = await StartAsync(await LabHost.ForAsync("bookworm"));
        var (exitCode, document, error) = await ExceedLimitAsync(scene, "try");
        Assert.Equal(0, exitCode);
        Assert.Contains("only crash-consistent", error, StringComparison.Ordinal);
        var point = JsonDocument.Parse(document).RootElement.GetProperty("points")[0];
        Assert.Equal("crash", point.GetProperty("consistency").GetString());

        (exitCode, _, error) = await ExceedLimitAsync(scene, "require");
        Assert.Equal(1, exitCode);
        Assert.Contains("had not begun within 2 s", error, StringComparison.Ordinal);
        Assert.Single((await scene.Repository.ListPointsAsync(Token)).Points);
        await ExpectThawedAsync(scene);
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_backup_that_hangs_is_outlived_by_its_watchdog_and_knows_it_when_it_goes_on()
    {
        await using var scene = await StartAsync(await LabHost.ForAsync("bookworm"));
        await using var relay = LibvirtRelay.Start(scene.Guest.Host, scene.Guest.Directory);
        using var backup = StartFrozen(scene, relay, "--quiesce", "require", "--quiesce-limit", "2s");
        await HeldAsync(relay, backup);

        await backup.SignalAsync("STOP");
        while (await scene.Guest.IsFrozenAsync(Token)) await Task.Delay(100, Token);
        relay.LetGo();
        await backup.SignalAsync("CONT");

        var (exitCode, _, error) = await backup.EndAsync();
        output.WriteLine(error);
        Assert.Equal(1, exitCode);
        Assert.Contains("since its backup hangs", error, StringComparison.Ordinal);
        await ExpectThawedAsync(scene);
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Control_C_goes_to_the_whole_group_and_the_guest_is_thawed_before_the_program_ends()
    {
        await using var scene = await StartAsync(await LabHost.ForAsync("bookworm"));
        await using var relay = LibvirtRelay.Start(scene.Guest.Host, scene.Guest.Directory);
        using var backup = StartFrozen(scene, relay, "--quiesce", "require");
        await HeldAsync(relay, backup);
        var watchdog = await WatchdogOfAsync(backup.Id);

        await backup.SignalAsync("INT");
        await SignalAsync(watchdog, "INT");
        await SignalAsync(watchdog, "TERM");
        await SignalAsync(watchdog, "HUP");
        Assert.Equal(watchdog, await WatchdogOfAsync(backup.Id));
        relay.LetGo();

        Assert.Equal(130, (await backup.EndAsync()).ExitCode);
        Assert.False(await scene.Guest.IsFrozenAsync(Token));
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task When_libvirtd_is_killed_with_the_backup_the_watchdog_thaws_through_the_new_one()
    {
        var host = await LabHost.StartPrivateAsync("bookworm");
        await using var ending = host;
        await using var scene = await StartAsync(host);
        await using var relay = LibvirtRelay.Start(host, scene.Guest.Directory);
        using var backup = StartFrozen(scene, relay, "--quiesce", "require");
        await HeldAsync(relay, backup);

        await host.KillLibvirtdAsync(Token);
        await backup.SignalAsync("KILL");
        await host.RestartLibvirtdAsync(Token);

        var (_, _, error) = await backup.EndAsync(); // which the watchdog's end is too
        output.WriteLine(error);
        Assert.Contains("thawed the guest", error, StringComparison.Ordinal);
        await ExpectThawedAsync(scene);
    }

    /// <summary>Lets the backup begin only when the guest has been thawed.</summary>
    private async Task<(int ExitCode, string Output, string Error)> ExceedLimitAsync(BackupScene scene, string mode)
    {
        var directory = Directory.CreateTempSubdirectory("lvb-relay").FullName;
        await using var relay = LibvirtRelay.Start(scene.Guest.Host, directory);
        using var backup = StartFrozen(scene, relay, "--quiesce", mode, "--quiesce-limit", "2s");
        await HeldAsync(relay, backup);
        while (await scene.Guest.IsFrozenAsync(Token)) await Task.Delay(100, Token);
        relay.LetGo();
        var ended = await backup.EndAsync();
        output.WriteLine(ended.Error);
        Directory.Delete(directory, recursive: true);
        return ended;
    }

    /// <summary>Kills a backup while its guest is frozen; its watchdog first, so that nobody thaws.</summary>
    private async Task KillFrozenAsync(BackupScene scene, bool andWatchdog)
    {
        var directory = Directory.CreateTempSubdirectory("lvb-relay").FullName;
        await using var relay = LibvirtRelay.Start(scene.Guest.Host, directory);
        using var backup = StartFrozen(scene, relay, "--quiesce", "require");
        await HeldAsync(relay, backup);
        Assert.True(await scene.Guest.IsFrozenAsync(Token));

        if (andWatchdog) await SignalAsync(await WatchdogOfAsync(backup.Id), "KILL");
        await backup.SignalAsync("KILL");

        var (exitCode, _, error) = await backup.EndAsync(); // which the watchdog's end is too
        output.WriteLine(error);
        Assert.Equal(137, exitCode);
        if (!andWatchdog) Assert.Contains("since its backup did not", error, StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }

    private static LvbackupProcess StartFrozen(BackupScene scene, LibvirtRelay relay, params string[] arguments) =>
        LvbackupProcess.Start(
            scene, scene.Repository.Location, relay.ConnectionUri, ["backup", scene.Guest.Name, .. arguments]);

    private static async Task HeldAsync(LibvirtRelay relay, LvbackupProcess backup)
    {
        var ended = backup.EndAsync();
        if (await Task.WhenAny(relay.Held, ended) == ended) Assert.Fail($"it ended too early: {await ended}");
    }

    private static async Task<int> WatchdogOfAsync(int backup)
    {
        // Children belong to the thread that started them.
        foreach (var thread in Directory.EnumerateDirectories($"/proc/{backup}/task"))
        {
            var children = await File.ReadAllTextAsync(Path.Combine(thread, "children"), Token);
            foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var command = await File.ReadAllTextAsync($"/proc/{child}/cmdline", Token);
                if (command.Contains("thaw-watchdog", StringComparison.Ordinal))
                    return int.Parse(child, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException($"process {backup} has no watchdog among its children");
    }

    private static async Task SignalAsync(int process, string signal) => _ = (await Tool.RunAsync(
        "kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)], Token)).Value;

    private static async Task ExpectThawedAsync(BackupScene scene)
    {
        Assert.False(await scene.Guest.IsFrozenAsync(Token));
        await scene.Guest.WriteFilesAsync("vda", "after", count: 1, Units.MiB / 4, Token);
        Assert.Empty(Directory.EnumerateFiles(scene.StateDirectory, "freeze.json*", SearchOption.AllDirectories));
    }

    private static string WarningsOf(JsonElement document) =>
        string.Join('\n', document.GetProperty("warnings").EnumerateArray().Select(line => line.GetString()));

    private static async Task<BackupScene> StartAsync(LabHost host)
    {
        var scene = await BackupScene.StartAsync(host, new LabDisk(Size));
        await scene.Guest.MakeExt4Async("vda", Token);
        return scene;
    }
}
