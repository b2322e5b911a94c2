using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>
/// <c>backup --all --parallel</c> of a host of its own with six domains of two disks: four run, one is shut off, and of
/// one an image is missing.
/// </summary>
public sealed class ManyDomainsTests
{
    private const int Running = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_domains_get_their_point_side_by_side_and_neither_a_failure_nor_an_interruption_leaves_a_mess()
    {
        await using var host = await LabHost.StartPrivateAsync("bookworm");
        await using var first = await BackupScene.StartPausedAsync(host, Disks);
        var others = await Task.WhenAll(Enumerable.Range(1, 5).Select(_ => first.StartBesideAsync(Disks)));
        // In the order in which '--all' takes them.
        BackupScene[] scenes =
            [.. others.Append(first).OrderBy(scene => scene.Guest.Name, StringComparer.Ordinal)];
        await Task.WhenAll(scenes.Select(WriteAsync));
        var (good, broken) = (scenes[..(Running + 1)], scenes[^1]);
        foreach (var idle in scenes[Running..]) await host.Virsh.RunAsync(Token, "destroy", idle.Guest.Name);
        File.Delete(Path.Combine(broken.Guest.Directory, "vdb.qcow2"));
        var oracles = await Task.WhenAll(good.Select(scene => scene.CaptureOracleAsync()));

        await InterruptAsync(first, scenes[..Running]);
        foreach (var level in (string[])["full", "incremental"])
        {
            var (exitCode, report) = await BackUpAllAsync(first);

            Assert.Equal(1, exitCode);
            var failure = Assert.Single(report.GetProperty("failures").EnumerateArray());
            Assert.Equal(broken.Guest.Name, failure.GetProperty("domain").GetString());
            var points = report.GetProperty("points").EnumerateArray().ToList();
            // Of a domain that is shut off and had no bitmap there is nothing to go on from.
            Assert.Equal(
                good.Select(scene => (scene.Guest.Name, scene == good[^1] ? "full" : level)),
                points.Select(point => (Text(point, "domain"), Text(point, "level"))));
            foreach (var (scene, point, oracle) in good.Zip(points, oracles))
                scene.Keep(Text(point, "point"), level, oracle);
        }

        foreach (var scene in good) await scene.VerifyAllAsync();
        foreach (var scene in scenes[..Running]) await scene.AssertNothingLeftAsync();
        foreach (var scene in others) await scene.DisposeAsync();
    }

    private static LabDisk[] Disks => [new(8 * Units.MiB), new(4 * Units.MiB)];

    private static async Task WriteAsync(BackupScene scene)
    {
        var seed = int.Parse(scene.Guest.Name["guest".Length..]);
        await new QemuIo(scene.Guest).PaintAsync("vda", 0, 4, seed, Token);
        await new QemuIo(scene.Guest).PaintAsync("vdb", Units.MiB, 2, seed + 100, Token);
    }

    /// <summary>While at least two of them copy.</summary>
    private static async Task InterruptAsync(BackupScene scene, IEnumerable<BackupScene> running)
    {
        using var process = LvbackupProcess.Start(
            scene, "backup", "--all", "--parallel", $"{Running}", "--limit-rate", "256KiB");
        foreach (var copied in running.Take(2)) await process.WaitForJobAsync(copied);
        await process.SignalAsync("INT");

        Assert.Equal(130, (await process.EndAsync()).ExitCode);
        Assert.Empty((await scene.Repository.ListPointsAsync(Token)).Points);
        foreach (var interrupted in running) await interrupted.AssertNothingLeftAsync();
    }

    private static async Task<(int ExitCode, JsonElement Report)> BackUpAllAsync(BackupScene scene)
    {
        using var process = LvbackupProcess.Start(scene, "backup", "--all", "--parallel", $"{Running}");
        var (exitCode, output, error) = await process.EndAsync();
        Assert.True(output.Length > 0, error);
        return (exitCode, JsonDocument.Parse(output).RootElement);
    }

    private static string Text(JsonElement element, string key) => element.GetProperty(key).GetString()!;
}
