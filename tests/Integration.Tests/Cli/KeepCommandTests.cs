using System.Text.Json;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Integration.Tests.MainJob;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Cli;

/// <summary>prune, gc, diff, verify and repair by the program, on points of a real guest.</summary>
public sealed class KeepCommandTests
{
    private const long Size = 32 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Points_are_compared_pruned_collected_verified_and_repaired()
    {
        await using var scene = await BackupScene.StartAsync(await LabHost.ForAsync("trixie"), new LabDisk(Size));
        await scene.Guest.WritePatternAsync("vda", 0, 8 * Units.MiB, seed: 1, Token);
        var first = await scene.BackUpOnlyAsync();
        await scene.Guest.WritePatternAsync("vda", 0, 6 * Units.MiB, seed: 2, Token);
        var before = Packs(scene);
        var second = await scene.BackUpAsync();
        var packOfSecond = Packs(scene).Except(before).Single();
        await scene.Guest.WritePatternAsync("vda", 16 * Units.MiB, 64 * Units.KiB, seed: 3, Token);
        var third = await scene.BackUpAsync();

        using (var diff = await RunAsync(scene, 0, "diff", second.Point, third.Point))
        {
            var extents = diff.RootElement.GetProperty("disks")[0].GetProperty("extents");
            Assert.Contains(
                (16 * Units.MiB, "data"),
                extents.EnumerateArray().Select(
                    e => (e.GetProperty("offsetBytes").GetInt32(), e.GetProperty("kind").GetString())));
        }

        using (var prune = await RunAsync(scene, 0, "prune", scene.Guest.Name, "--keep-last", "2"))
        {
            Assert.Equal([third.Point, second.Point], Names(prune, "keep"));
            Assert.Equal([first.Point], Names(prune, "remove"));
        }

        using (var gc = await RunAsync(scene, 0, "gc"))
            Assert.InRange(gc.RootElement.GetProperty("removedBytes").GetInt64(), 10_000, 10 * Units.MiB);
        (await RunAsync(scene, 0, "verify")).Dispose();
        await scene.VerifyAllAsync();

        await CompareWithSourceAsync(scene);
        await DamageAndRepairAsync(scene, packOfSecond);
        await scene.VerifyAllAsync();
        Assert.Equal(Backups.BackupLevel.Incremental, (await scene.BackUpAsync()).Level);
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    private static async Task CompareWithSourceAsync(BackupScene scene)
    {
        using (var same = await RunAsync(scene, 0, "verify", "--against-source", scene.Guest.Name))
            Assert.InRange(Source(same).GetProperty("comparedBytes").GetInt64(), Size - Units.MiB, Size);
        await scene.Guest.WritePatternAsync("vda", 20 * Units.MiB, 64 * Units.KiB, seed: 4, Token);
        using var changed = await RunAsync(scene, 0, "verify", "--against-source", scene.Guest.Name);
        Assert.InRange(Source(changed).GetProperty("changedBytes").GetInt64(), 64 * Units.KiB, Units.MiB);
        Assert.Equal(0, Source(changed).GetProperty("differentBytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, Source(changed).GetProperty("untracked").ValueKind);
    }

    private static async Task DamageAndRepairAsync(BackupScene scene, string damagedPack)
    {
        // The guest still has what it wrote before the second point.
        await using (var pack = new FileStream(damagedPack, FileMode.Open, FileAccess.ReadWrite))
        {
            pack.Position = pack.Length / 3;
            var value = pack.ReadByte();
            pack.Position--;
            pack.WriteByte((byte)(value ^ 1));
        }

        using (var damaged = await RunAsync(scene, 4, "verify"))
        {
            var points = damaged.RootElement.GetProperty("points").EnumerateArray().ToList();
            Assert.All(points, point => Assert.False(point.GetProperty("ok").GetBoolean()));
            Assert.Equal(
                "vda", points[0].GetProperty("problems")[0].GetProperty("disk").GetString());
        }

        using (var healed = await RunAsync(scene, 0, "repair", "--from-source", scene.Guest.Name))
            Assert.Equal(1, healed.RootElement.GetProperty("healedBlobs").GetInt32());
        foreach (var index in Directory.EnumerateFiles(Path.Combine(scene.Guest.Directory, "repo", "indexes")))
            File.Delete(index);
        (await RunAsync(scene, 4, "verify", "--structure-only")).Dispose();
        (await RunAsync(scene, 0, "repair")).Dispose();
        (await RunAsync(scene, 0, "verify")).Dispose();
    }

    private static HashSet<string> Packs(BackupScene scene) => [.. Directory.EnumerateFiles(
        Path.Combine(scene.Guest.Directory, "repo", "packs"), "*", SearchOption.AllDirectories)];

    private static JsonElement Source(JsonDocument document) =>
        document.RootElement.GetProperty("source").GetProperty("disks")[0];

    private static IEnumerable<string?> Names(JsonDocument document, string list) =>
        document.RootElement.GetProperty(list).EnumerateArray().Select(e => e.GetProperty("point").GetString());

    private static async Task<JsonDocument> RunAsync(BackupScene scene, int exitCode, params string[] words)
    {
        var result = await Tool.RunAsync(
            Path.Combine(AppContext.BaseDirectory, "lvbackup"),
            [
                .. words, "--json", "-c", scene.Guest.Host.ConnectionUri, "--state-dir", scene.StateDirectory,
                "--repo", Path.Combine(scene.Guest.Directory, "repo"),
            ],
            Token);
        Assert.True(exitCode == result.ExitCode, $"{result.CommandLine}: {result.ExitCode}: {result.Error}");
        return JsonDocument.Parse(result.Output);
    }
}
