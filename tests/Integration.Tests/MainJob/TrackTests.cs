using LibvirtBackup.Backups;
using LibvirtBackup.Integration.Tests.Lab;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Integration.Tests.MainJob;

/// <summary>Tracks: each with its own chain, checkpoints and limit.</summary>
public sealed class TrackTests
{
    private const long Size = 8 * Units.MiB;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tracks_and_repositories_do_not_see_each_other_s_chains()
    {
        await using var scene = await StartAsync();
        using var elsewhere = await Repository.CreateAsync(
            Path.Combine(scene.Guest.Directory, "second"), new RepositoryOptions(), TimeProvider.System, Token);
        var daily = await scene.BackUpOnlyAsync();
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, Units.MiB, seed: 2, Token);
        var weekly = await scene.BackUpAsync(On("weekly"));
        var copy = await scene.BackUpIntoAsync(elsewhere);
        await new QemuIo(scene.Guest).WriteAsync("vda", 2 * Units.MiB, Units.MiB, seed: 3, Token);

        var nextDaily = await scene.BackUpOnlyAsync();
        await new QemuIo(scene.Guest).WriteAsync("vda", 4 * Units.MiB, Units.MiB, seed: 4, Token);
        var nextWeekly = await scene.BackUpAsync(On("weekly"));
        var nextCopy = await scene.BackUpIntoAsync(elsewhere);

        Assert.All([daily, weekly, copy], report => Assert.Equal(BackupLevel.Full, report.Level));
        Assert.Equal(
            (daily.Point, weekly.Point, copy.Point), (nextDaily.Parent, nextWeekly.Parent, nextCopy.Parent));
        Assert.All(new[] { nextDaily, nextWeekly, nextCopy }, report => Assert.InRange(
            report.Disks[0].DirtyBytes, 2 * Units.MiB, 3 * Units.MiB));
        await scene.Repository.ForgetAsync(daily.Point, Token);
        await scene.Repository.ForgetAsync(nextDaily.Point, Token);
        var (again, third) = (await scene.BackUpAsync(), await scene.BackUpAsync(On("weekly")));
        Assert.Equal((BackupLevel.Full, null), (again.Level, again.Parent));
        Assert.Equal(nextWeekly.Point, third.Parent);
        await AssertSequenceAsync(scene, again, 3);
        await AssertSequenceAsync(scene, third, 3);
        await scene.VerifyAllAsync();
    }

    [Fact]
    public async Task A_point_without_a_checkpoint_moves_nothing_and_a_kept_checkpoint_can_be_started_from()
    {
        await using var scene = await StartAsync();
        var full = await scene.BackUpAsync();
        var second = await scene.BackUpAsync(request => request with { KeepCheckpoints = 1 });
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, Units.MiB, seed: 2, Token);
        var third = await scene.BackUpAsync(request => request with { KeepCheckpoints = 1 });
        await new QemuIo(scene.Guest).WriteAsync("vda", 2 * Units.MiB, Units.MiB, seed: 3, Token);

        var beside = await scene.BackUpAsync(request => request with { NoCheckpoint = true });
        var copy = await scene.BackUpAsync(request => request with { Level = BackupLevel.Copy });
        var since = await scene.BackUpAsync(request => request with { Since = second.Checkpoint, KeepCheckpoints = 1 });
        var next = await scene.BackUpAsync();

        Assert.Equal((third.Point, null), (beside.Parent, beside.Checkpoint));
        Assert.Equal((null, null), (copy.Parent, copy.Checkpoint));
        Assert.Equal((second.Point, BackupLevel.Incremental), (since.Parent, since.Level));
        Assert.InRange(since.Disks[0].DirtyBytes, 2 * Units.MiB, 3 * Units.MiB);
        Assert.Equal(since.Point, next.Parent);
        var e = await Assert.ThrowsAsync<BackupException>(
            () => scene.BackUpOnlyAsync(request => request with { Since = "lvb.none" }));
        Assert.Equal(FailureKind.Failed, e.Kind);
        Assert.Equal(
            new[] { full.Checkpoint!, next.Checkpoint! }.Order(), (await CheckpointsAsync(scene)).Order());
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_full_track_refuses_or_drops_its_oldest_points_but_never_before_the_new_one_exists()
    {
        await using var scene = await StartAsync();
        var first = await scene.BackUpOnlyAsync();
        var second = await scene.BackUpOnlyAsync();
        var other = await scene.BackUpOnlyAsync(On("weekly"));
        var (points, checkpoints) = (await IdsAsync(scene), await CheckpointsAsync(scene));

        var refused = await Assert.ThrowsAsync<BackupException>(
            () => scene.BackUpOnlyAsync(request => request with { MaxPoints = 2 }));
        using var cancel = new CancellationTokenSource();
        var begun = new FirstReport();
        var failed = scene.BackUpOnlyAsync(
            request => request with
            {
                MaxPoints = 1, ForceCycle = true, Level = BackupLevel.Full, RateLimitBytesPerSecond = 1,
            },
            begun,
            cancel.Token);
        await begun.Reported;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => failed);

        Assert.Equal(FailureKind.Failed, refused.Kind);
        Assert.Equal(points, await IdsAsync(scene));
        Assert.Equal(checkpoints, await CheckpointsAsync(scene));
        var document = await LvbackupProcess.RunAsync(
            scene, "backup", scene.Guest.Name, "--max-points", "2", "--force-cycle");
        var point = document.GetProperty("points")[0];
        Assert.Equal(second.Point, point.GetProperty("parent").GetString());
        Assert.Equal([first.Point], point.GetProperty("dropped").EnumerateArray().Select(id => $"{id}"));
        Assert.Equal([second.Point, other.Point, $"{point.GetProperty("point")}"], await IdsAsync(scene));
        // The last full is gone, and its checkpoint with it.
        Assert.Equal(2, (await CheckpointsAsync(scene)).Count);
        Assert.Empty((await scene.BackUpAsync()).Warnings);
        await scene.VerifyAllAsync();
        await scene.AssertNothingLeftAsync();
    }

    private static Func<BackupRequest, BackupRequest> On(string track) => request => request with { Track = track };

    private static async Task AssertSequenceAsync(BackupScene scene, BackupReport report, int sequence) =>
        Assert.Equal(sequence, (await scene.Repository.GetPointAsync(report.Point, Token)).Sequence);

    private static async Task<IReadOnlyList<string>> IdsAsync(BackupScene scene) =>
        [.. (await scene.Repository.ListPointsAsync(Token)).Points.OrderBy(p => p.Time).Select(p => p.Id)];

    private static async Task<IReadOnlyList<string>> CheckpointsAsync(BackupScene scene) =>
        (await scene.Guest.Host.Virsh.RunAsync(Token, "checkpoint-list", scene.Guest.Name, "--name"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static async Task<BackupScene> StartAsync()
    {
        var scene = await BackupScene.StartPausedAsync(await LabHost.ForAsync("bookworm"), new LabDisk(Size));
        await new QemuIo(scene.Guest).WriteAsync("vda", 0, 6 * Units.MiB, seed: 1, Token);
        return scene;
    }
}
