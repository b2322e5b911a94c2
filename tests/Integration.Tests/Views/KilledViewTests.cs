using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Integration.Tests.Recovery;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Views;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Views;

/// <summary>Views whose opener, server, libvirtd or QEMU is killed.</summary>
public sealed class KilledViewTests
{
    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Whoever_is_killed_the_view_is_named_and_can_be_closed(string suite)
    {
        await using var scene = await ViewScene.StartPrivateAsync(suite);
        await KillOpenerAsync(scene, () => File.Exists(RecordOf(scene, "killed")));
        await KillOpenerAsync(
            scene, () => Directory.EnumerateFiles(scene.Backups.StateDirectory, "vdb.scratch",
                new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Any());
        await KillServerAsync(scene);

        var oracle = await scene.Backups.CaptureOracleAsync();
        await scene.OpenAsync("kept");
        await scene.ServeAsync("kept");
        await scene.Guest.Host.KillLibvirtdAsync(Token);
        await scene.AssertShowsAsync("kept", oracle, ViewScene.Tracked, ViewScene.Raw);
        await scene.Guest.Host.RestartLibvirtdAsync(Token);
        await scene.Backups.ReconnectAsync();
        await scene.Io.PaintAsync(ViewScene.Tracked, 0, mebibytes: 8, seed: 40, Token);
        await scene.Backups.BackUpAsync();
        await scene.AssertShowsAsync("kept", oracle, ViewScene.Tracked, ViewScene.Raw);
        Assert.Equal(ViewState.Open, await scene.StateAsync("kept"));

        await scene.Guest.Host.KillQemuAsync(scene.Guest.Name, Token);
        Assert.Equal(ViewState.Ended, await scene.StateAsync("kept"));
        await scene.Guest.StartPausedAsync(Token);
        Assert.Equal(ViewState.Ended, await scene.StateAsync("kept"));
        await scene.StopServingAsync();
        await scene.Service.CloseAsync(scene.Backups.Connection, "kept", Token);
        await scene.AssertNothingLeftAsync();
        await scene.Backups.VerifyAllAsync();
    }

    /// <summary>Kills who opens a view, as soon as something is there.</summary>
    private static async Task KillOpenerAsync(ViewScene scene, Func<bool> isThere)
    {
        using (var opener = LvbackupProcess.Start(
            scene.Backups, "snapshot-open", scene.Guest.Name, "--name", "killed"))
        {
            while (!isThere())
                Assert.False(opener.HasExited && !isThere(), "it ended before anything was there");
            opener.Kill();
            await opener.EndAsync();
        }

        var view = Assert.Single(await scene.Service.ListAsync(scene.Backups.Connection, null, Token));
        Assert.Equal("killed", view.Name);
        Assert.True(view.State is ViewState.Unfinished or ViewState.Open, $"it is {view.State}");
        if (view.State == ViewState.Unfinished)
        {
            Assert.Equal(["left-over-view"], (await DoctorRun.StartAsync(scene.Backups)).States);
            Assert.Equal(0, (await DoctorRun.StartAsync(scene.Backups, "--repair")).ExitCode);
        }
        else
        {
            await scene.Service.CloseAsync(scene.Backups.Connection, "killed", Token);
        }

        await scene.AssertNothingLeftAsync();
    }

    /// <summary>Kills the process of an export, which leaves its export in QEMU.</summary>
    private static async Task KillServerAsync(ViewScene scene)
    {
        await scene.OpenAsync("served");
        var started = await LvbackupProcess.RunAsync(scene.Backups, "export-start", "--view", "served");
        var id = started.GetProperty("processId").GetInt32();
        _ = (await Tool.RunAsync("kill", ["-KILL", $"{id}"], Token)).Value;
        while (ProcessIdentity.ForProcess(id) is not null)
            await Task.Delay(10, Token);
        var list = await LvbackupProcess.RunAsync(scene.Backups, "export-list");
        Assert.Equal(
            ("dead", "served"),
            (list.GetProperty("exports")[0].GetProperty("state").GetString(),
                list.GetProperty("exports")[0].GetProperty("view").GetString()));
        using (var doctor = LvbackupProcess.Start(scene.Backups, "doctor"))
            Assert.Contains("left-over-export", (await doctor.EndAsync()).Output, StringComparison.Ordinal);

        // What it has left in QEMU does not keep backups from beginning.
        await scene.Backups.BackUpAsync();
        var closed = await LvbackupProcess.RunAsync(scene.Backups, "snapshot-close", "--all");
        Assert.Equal("served", closed.GetProperty("closed")[0].GetString());
        await scene.AssertNothingLeftAsync();
    }

    private static string RecordOf(ViewScene scene, string name) =>
        Path.Combine(scene.Backups.StateDirectory, "views", name, "view.json");
}
