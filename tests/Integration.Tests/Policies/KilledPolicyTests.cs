using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Policies;

/// <summary>A run of a policy that dies in the middle, and libvirtd with it.</summary>
public sealed class KilledPolicyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_killed_run_owed_is_made_up_once_while_none_runs_beside_another()
    {
        await using var host = await LabHost.StartPrivateAsync("bookworm");
        await using var scene = await BackupScene.StartPausedAsync(host, new LabDisk(16 * Units.MiB));
        await using var second = await scene.StartBesideAsync(new LabDisk(16 * Units.MiB));
        BackupScene[] scenes = [scene, second];
        foreach (var one in scenes) await new QemuIo(one.Guest).PaintAsync("vda", 0, 8, one == scene ? 1 : 100, Token);
        var file = Path.Combine(scene.Guest.Directory, "two.yaml");

        await WriteAsync(scene, file, "rate: 128KiB");
        using (var killed = LvbackupProcess.StartFromCron(scene, "policy", "run", file))
        {
            foreach (var one in scenes) await killed.WaitForJobAsync(one);
            Assert.Equal(5, (await RunAsync(scene, file)).ExitCode);
            killed.Kill();
            await host.KillLibvirtdAsync(Token);
            await killed.EndAsync();
        }

        await host.RestartLibvirtdAsync(Token);
        await WriteAsync(scene, file, "rate: 1GiB");
        // Longer ago than a second, as 'retry' wants.
        var oracles = await Task.WhenAll(scenes.Select(one => one.CaptureOracleAsync()));
        var (exitCode, report) = await RunAsync(scene, file);

        Assert.True(exitCode == 0, report.ToString());
        Assert.All(scenes, one => Assert.Contains(
            $"an earlier run was killed during backup of domain '{one.Guest.Name}'; it is made up once",
            report.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString())));
        var points = (await scene.Repository.ListPointsAsync(Token)).Points;
        Assert.Equal(
            scenes.Select(one => one.Guest.Name).Order(StringComparer.Ordinal),
            points.Select(point => point.Domain).Order(StringComparer.Ordinal));
        foreach (var (one, oracle) in scenes.Zip(oracles))
            scene.Keep(points.Single(point => point.Domain == one.Guest.Name).Id, one.Guest.Name, oracle);
        (exitCode, report) = await RunAsync(scene, file);
        Assert.Equal((0, 0), (exitCode, report.GetProperty("tasks").GetArrayLength()));
        await scene.VerifyAllAsync();
        foreach (var one in scenes) await one.AssertNothingLeftAsync();
    }

    private static Task WriteAsync(BackupScene scene, string file, string rate) => File.WriteAllTextAsync(
        file,
        $$"""
        version: 1
        name: two
        domains: {all: true}
        repository: {directory: {{scene.Repository.Location}}}
        schedule: {full: yearly on january 1 at 00:00}
        retry: {attempts: 2, after: 1s}
        {{rate}}
        """,
        Token);

    /// <returns>Of the only policy; of the run where that was refused.</returns>
    private static async Task<(int ExitCode, JsonElement Report)> RunAsync(BackupScene scene, string file)
    {
        using var process = LvbackupProcess.StartFromCron(scene, "policy", "run", file);
        var (exitCode, output, error) = await process.EndAsync();
        Assert.True(output.Length > 0, error);
        var document = JsonDocument.Parse(output).RootElement;
        return (exitCode, document.TryGetProperty("policies", out var policies) ? policies[0] : document);
    }
}
