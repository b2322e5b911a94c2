using System.Text.Json;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Policies;

/// <summary>A policy that boots the newest point of a guest to see that it comes up.</summary>
public sealed class PolicyProofTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_test_restore_that_is_due_is_done_once_and_leaves_its_report_alone()
    {
        await using var scene = await BackupScene.StartPausedAsync(
            await LabHost.ForAsync("bookworm"), new LabDisk(16 * Units.MiB));
        await new QemuIo(scene.Guest).PaintAsync("vda", 0, 8, 1, Token);
        // Checks wait for their time after there is a point: so it is one of the day before yesterday.
        var options = new BackupEngineOptions { StateDirectory = scene.StateDirectory };
        var point = (await new BackupEngine(options, new EarlierClock()).BackupAsync(
            scene.Connection, scene.Repository, new BackupRequest { Domain = scene.Guest.Name }, null, Token)).Point;
        await scene.Guest.Host.Virsh.RunAsync(Token, "destroy", scene.Guest.Name);
        var file = Path.Combine(scene.Guest.Directory, "proof.yaml");
        await File.WriteAllTextAsync(
            file,
            $$"""
            version: 1
            name: proof
            domains: {names: [{{scene.Guest.Name}}]}
            repository: {directory: {{scene.Repository.Location}}}
            schedule: {full: yearly on july 1 at 00:00}
            verify:
              test-restore: {when: daily at 00:00, directory: {{scene.Guest.Directory}}, timeout: 2m}
            """,
            Token);

        var task = Assert.Single(await RunAsync(scene, file));
        Assert.Equal(
            ("test-restore", "done", point), (Text(task, "task"), Text(task, "outcome"), Text(task, "point")));
        Assert.Empty(await RunAsync(scene, file));

        var reports = Directory.GetFiles(
            Path.Combine(scene.StateDirectory, "policies", "tests"), "report.json", SearchOption.AllDirectories);
        var report = JsonDocument.Parse(await File.ReadAllTextAsync(Assert.Single(reports), Token)).RootElement;
        Assert.True(report.GetProperty("ok").GetBoolean());
        Assert.True(report.GetProperty("upSeconds").GetDouble() > 0);
        Assert.DoesNotContain(
            $"{scene.Guest.Name}-test-", await scene.Guest.Host.Virsh.RunAsync(Token, "list", "--all", "--name"),
            StringComparison.Ordinal);
        var notes = Path.Combine(scene.StateDirectory, "instant");
        Assert.Empty(Directory.Exists(notes) ? Directory.EnumerateFileSystemEntries(notes) : []);
    }

    private static async Task<IReadOnlyList<JsonElement>> RunAsync(BackupScene scene, string file)
    {
        using var process = LvbackupProcess.StartFromCron(scene, "policy", "run", file);
        var (exitCode, output, error) = await process.EndAsync();
        Assert.True(exitCode == 0, output + error);
        var policy = JsonDocument.Parse(output).RootElement.GetProperty("policies")[0];
        return [.. policy.GetProperty("tasks").EnumerateArray()];
    }

    private static string? Text(JsonElement element, string key) => element.GetProperty(key).GetString();

    private sealed class EarlierClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromDays(2);
    }
}
