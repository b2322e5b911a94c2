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

        foreach (var isBack in (bool[])[true, false]) await LoseDaemonAsync(first, good, broken.Guest.Name, isBack);
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

    /// <summary>
    /// libvirtd is killed when the first domain is done and two others copy: QEMU serves these to their end, and when
    /// libvirtd is started again at once, all get their points. Else nobody can tell that what was copied is of one
    /// instant, and they get them from the next run.
    /// </summary>
    private static async Task LoseDaemonAsync(BackupScene any, BackupScene[] good, string broken, bool isBack)
    {
        await new QemuIo(good[0].Guest).PaintAsync("vda", 0, 1, isBack ? 7 : 8, Token);
        foreach (var scene in good[1..Running])
            await new QemuIo(scene.Guest).PaintAsync("vda", 4 * Units.MiB, 4, isBack ? 9 : 10, Token);
        var oracles = await Task.WhenAll(good.Select(scene => scene.CaptureOracleAsync()));
        using var process = LvbackupProcess.Start(any, "backup", "--all", "--parallel", "2", "--limit-rate", "1MiB");
        await process.WaitForJobAsync(good[1]);
        await process.WaitForJobAsync(good[2]);
        await any.Guest.Host.KillLibvirtdAsync(Token);
        if (isBack) await any.Guest.Host.RestartLibvirtdAsync(Token);

        var (exitCode, report, error) = await EndAsync(process);
        Assert.Equal(1, exitCode);
        var failed = report.GetProperty("failures").EnumerateArray().Select(one => Text(one, "domain")).ToList();
        string[] late = [.. good[1..].Select(scene => scene.Guest.Name), broken];
        Assert.Equal(isBack ? [broken] : late, failed);
        var lines = error.Split('\n').Where(line => line.StartsWith("lvbackup: backup of", StringComparison.Ordinal));
        Assert.Equal(failed, lines.Select(line => line.Split('\'')[1]).Order(StringComparer.Ordinal));
        Keep(good.Length + 1 - failed.Count);

        if (!isBack) await any.Guest.Host.RestartLibvirtdAsync(Token);
        (exitCode, report) = await BackUpAllAsync(any);
        Assert.Equal(broken, Text(Assert.Single(report.GetProperty("failures").EnumerateArray()), "domain"));
        Assert.All(
            report.GetProperty("points").EnumerateArray().Take(Running),
            point => Assert.Equal("incremental", Text(point, "level")));
        Keep(good.Length);

        void Keep(int count)
        {
            var points = report.GetProperty("points").EnumerateArray().ToList();
            Assert.Equal(count, points.Count);
            foreach (var point in points)
            {
                var place = Array.FindIndex(good, scene => scene.Guest.Name == Text(point, "domain"));
                good[place].Keep(Text(point, "point"), "around libvirtd's death", oracles[place]);
            }
        }
    }

    private static async Task<(int ExitCode, JsonElement Report)> BackUpAllAsync(BackupScene scene)
    {
        using var process = LvbackupProcess.Start(scene, "backup", "--all", "--parallel", $"{Running}");
        var (exitCode, report, _) = await EndAsync(process);
        return (exitCode, report);
    }

    private static async Task<(int ExitCode, JsonElement Report, string Error)> EndAsync(LvbackupProcess process)
    {
        var (exitCode, output, error) = await process.EndAsync();
        Assert.True(output.Length > 0, error);
        return (exitCode, JsonDocument.Parse(output).RootElement, error);
    }

    private static string Text(JsonElement element, string key) => element.GetProperty(key).GetString()!;
}
