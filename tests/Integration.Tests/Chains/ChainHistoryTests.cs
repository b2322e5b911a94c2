using System.Globalization;
using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using Xunit;

namespace LibvirtBackup.Integration.Tests.Chains;

/// <summary>
/// Random histories of writes, snapshots, commits, pulls, copies, reverts, restarts and backups of all levels, half of
/// the operations behind our back; every point equals the oracle's copy. <c>LVB_SEED</c> replays a history,
/// <c>LVB_CHAIN_STEPS</c> makes it longer.
/// </summary>
[Collection(FullTargetTests.Serial)]
public sealed class ChainHistoryTests(ITestOutputHelper output)
{
    private readonly List<string> _snapshots = [];
    private int _names;

    public static TheoryData<string> Suites => LabHost.SupportedSuites;

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Every_point_of_a_random_history_of_chains_is_right(string suite)
    {
        var seed = Number("LVB_SEED", Random.Shared.Next());
        var steps = Number("LVB_CHAIN_STEPS", 4);
        output.WriteLine($"{suite}: LVB_SEED={seed} LVB_CHAIN_STEPS={steps}");
        var random = new Random(seed);
        await using var scene = await ChainScene.StartAsync(
            await LabHost.ForAsync(suite), random, isOnSmallStorage: true);
        await scene.BackUpAsync();
        for (var step = 0; step < steps; step++)
        {
            for (var i = random.Next(3); i >= 0; i--) await ChangeAsync(scene, random);
            var report = await scene.BackUpAsync(random.Next(6) switch
            {
                0 => BackupLevel.Full,
                1 => BackupLevel.Copy,
                _ => BackupLevel.Auto,
            });
            output.WriteLine($"backup: {report.Disks[0].Level} {report.Disks[0].Reason}");
        }

        await scene.Backups.VerifyAllAsync();
        await scene.Backups.AssertNothingLeftAsync();
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;

    private async Task ChangeAsync(ChainScene scene, Random random)
    {
        await scene.WriteAsync();
        var (byUs, kind) = (random.Next(2) == 0, random.Next(11));
        var what = $"{kind} {(byUs ? "by us" : "behind our back")}";
        try
        {
            await ActAsync(scene, random, kind, byUs);
            output.WriteLine(what);
        }
        catch (Exception e) when (e is BackupException or ToolFailedException)
        {
            // Nothing to merge, or this libvirt cannot: the disk is what it was.
            output.WriteLine($"{what}: {e.Message}");
        }
    }

    private async Task ActAsync(ChainScene scene, Random random, int kind, bool byUs)
    {
        var images = await scene.ListImagesAsync();
        var lower = images[random.Next(images.Count)];
        switch (kind)
        {
            case 0:
            case 1:
            case 2:
                var name = $"s{_names++}";
                await (byUs ? (Task)scene.SnapshotAsync(name) : scene.SnapshotByVirshAsync(name));
                _snapshots.Add(name);
                break;
            case 3:
                await CommitAsync(scene, byUs, lower);
                break;
            case 4:
                await (byUs
                    ? (Task)scene.RunAsync(scene.Commit(images[Math.Min(1, images.Count - 1)], lower))
                    : scene.VirshAsync(
                        "blockcommit", ChainScene.Disk, "--top", images[^1], "--shallow", "--wait"));
                break;
            case 5:
                await (byUs
                    ? (Task)scene.RunAsync(scene.Pull(lower))
                    : scene.VirshAsync("blockpull", ChainScene.Disk, "--base", lower, "--wait"));
                break;
            case 6:
                await scene.RunAsync(scene.Copy(pivot: byUs));
                break;
            case 7 when _snapshots.Count > 0:
                var deleted = _snapshots[random.Next(_snapshots.Count)];
                await (byUs ? (Task)scene.DeleteAsync(deleted) : scene.VirshAsync("snapshot-delete", deleted));
                _snapshots.Remove(deleted);
                break;
            case 8 when _snapshots.Count > 0:
                var point = _snapshots[random.Next(_snapshots.Count)];
                await (byUs ? (Task)scene.RevertAsync(point) : scene.VirshAsync("snapshot-revert", point, "--paused"));
                break;
            case 10:
                // The lowest image is there, unless the disk has moved away from it.
                using (SmallStorage.Fill(scene.Guest.Host, random.Next(4) * 64 * Units.KiB))
                    await CommitAsync(scene, byUs, lower);
                break;
            case 9:
                await scene.VirshAsync("destroy");
                if (byUs) await scene.SnapshotAsync($"s{_names++}");
                break;
        }
    }

    private static Task CommitAsync(ChainScene scene, bool byUs, string lower) => byUs
        ? scene.RunAsync(scene.Commit(null, lower))
        : scene.VirshAsync("blockcommit", ChainScene.Disk, "--base", lower, "--active", "--pivot", "--wait");
}
