using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Policies;

/// <summary>A policy of three domains on a real host, of which one cannot be backed up.</summary>
public sealed class PolicyRunTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_backs_up_what_it_can_prunes_tells_hooks_and_never_overlaps()
    {
        var host = await LabHost.ForAsync("bookworm");
        await using var scene = await BackupScene.StartPausedAsync(host, new LabDisk(4 * Units.MiB));
        await using var second = await LabGuest.StartPausedAsync(host, Token, new LabDisk(4 * Units.MiB));
        await using var busy = await LabGuest.StartPausedAsync(host, Token, new LabDisk(4 * Units.MiB));
        var full = (await scene.BackUpOnlyAsync()).Point;
        var old = (await scene.BackUpOnlyAsync()).Point;
        await scene.Repository.ForgetAsync(full, Token);
        var file = await WriteAsync(scene, [scene.Guest.Name, second.Name, busy.Name]);

        int exitCode;
        JsonElement report;
        var uuid = Guid.Parse((await host.Virsh.RunAsync(Token, "domuuid", busy.Name)).Trim());
        using (new StateDirectory(scene.StateDirectory).LockDomain(uuid, busy.Name))
            (exitCode, report) = await RunAsync(scene, file);

        Assert.Equal(1, exitCode);
        var tasks = Assert.Single(report.GetProperty("policies").EnumerateArray()).GetProperty("tasks");
        var backups = tasks.EnumerateArray().Where(t => Text(t, "task") == "backup")
            .ToDictionary(t => Text(t, "domain")!, t => (Text(t, "outcome"), Text(t, "level"), Text(t, "failure")));
        Assert.Equal(("done", "full", null), backups[scene.Guest.Name]);
        Assert.Equal(("done", "full", null), backups[second.Name]);
        Assert.Equal(("failed", null, "busy"), backups[busy.Name]);
        var pruned = tasks.EnumerateArray().Single(t => Text(t, "task") == "prune").GetProperty("removed");
        Assert.Equal([old], pruned.EnumerateArray().Select(point => point.GetString()));
        Assert.Equal(2, (await scene.Repository.ListPointsAsync(Token)).Points.Count);
        AssertHooks(scene, busy.Name);

        (exitCode, report) = await RunAsync(scene, file);
        Assert.Equal(0, exitCode);
        Assert.Empty(report.GetProperty("policies")[0].GetProperty("tasks").EnumerateArray());

        using var held = FileLock.TryAcquire(Path.Combine(scene.StateDirectory, "policies", "lock"));
        (exitCode, report) = await RunAsync(scene, file);
        Assert.Equal(5, exitCode);
        Assert.Contains("another run of policies is under way", Text(report, "message"), StringComparison.Ordinal);
    }

    private static void AssertHooks(BackupScene scene, string busy)
    {
        var (before, after, failure) = (Read("before"), Read("after"), Read("failure"));
        Assert.Empty(before.GetProperty("tasks").EnumerateArray());
        Assert.Equal(4, after.GetProperty("tasks").GetArrayLength());
        Assert.False(failure.GetProperty("ok").GetBoolean());
        var failed = failure.GetProperty("tasks").EnumerateArray().Single(t => Text(t, "outcome") == "failed");
        Assert.Equal((busy, "backup"), (Text(failed, "domain"), Text(failed, "task")));
        Assert.Contains("is being backed up by another process", Text(failed, "message"), StringComparison.Ordinal);

        JsonElement Read(string name)
        {
            var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(scene.Guest.Directory, name + ".json")));
            Assert.Equal(
                ("lvbackup/policy-result/1", name, "three"),
                (Text(document.RootElement, "schema"), Text(document.RootElement, "event"),
                    Text(document.RootElement, "policy")));
            return document.RootElement;
        }
    }

    private static async Task<string> WriteAsync(BackupScene scene, string[] domains)
    {
        var directory = scene.Guest.Directory;
        var file = Path.Combine(directory, "three.yaml");
        await File.WriteAllTextAsync(
            file,
            $$"""
            version: 1
            name: three
            domains: {names: [{{string.Join(", ", domains)}}]}
            repository: {directory: {{scene.Repository.Location}}}
            schedule: {full: yearly on january 1 at 00:00}
            retry: {attempts: 1}
            retention: {keep-last: 1}
            hooks:
              before: {run: [/usr/bin/tee, {{directory}}/before.json]}
              after: {run: [/usr/bin/tee, {{directory}}/after.json]}
              on-failure: {run: [/usr/bin/tee, {{directory}}/failure.json]}
            """,
            Token);
        return file;
    }

    private static async Task<(int ExitCode, JsonElement Report)> RunAsync(BackupScene scene, string file)
    {
        using var process = LvbackupProcess.Start(scene, "policy", "run", file);
        var (exitCode, output, error) = await process.EndAsync();
        Assert.True(output.Length > 0, error);
        return (exitCode, JsonDocument.Parse(output).RootElement);
    }

    private static string? Text(JsonElement element, string key) => element.GetProperty(key).GetString();
}
