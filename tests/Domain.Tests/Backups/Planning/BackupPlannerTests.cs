using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Planning;

public sealed class BackupPlannerTests
{
    private const string Repository = "0123abcd";
    private const string Mark = "00ff9a";

    private static readonly Guid s_domain = Guid.NewGuid();

    [Fact]
    public async Task The_first_backup_of_a_track_is_full_and_says_why()
    {
        var plan = await PlanAsync(BackupLevel.Auto, []);
        Assert.Equal(BackupLevel.Full, plan.Level);
        Assert.Equal("track 'default' has no restore point yet", plan.Reason);
        Assert.Equal((1, 1), (plan.Generation, plan.Sequence));
        Assert.Equal("lvb.0123abcd.default.1.1.00ff9a", plan.NewCheckpoint);
    }

    [Fact]
    public async Task With_a_whole_bitmap_only_changes_are_read()
    {
        var plan = await PlanAsync(BackupLevel.Auto, [Point(1, BackupLevel.Full)]);
        Assert.Equal(BackupLevel.Incremental, plan.Level);
        Assert.Null(plan.Reason);
        Assert.All(plan.Disks, disk => Assert.NotNull(disk.Parent));
        Assert.Equal("lvb.0123abcd.default.1.2.00ff9a", plan.NewCheckpoint);
    }

    [Fact]
    public async Task A_failed_point_is_never_a_base()
    {
        // Checkpoint 2 exists on the host, but no point was completed with it.
        var plan = await PlanAsync(
            BackupLevel.Auto, [Point(1, BackupLevel.Full)],
                checkpoints: ["lvb.0123abcd.default.1.1.00ff9a", "lvb.0123abcd.default.1.2.00ff9a"]);
        Assert.Equal(1, plan.Base!.Sequence);
        Assert.Equal(3, plan.Sequence);
    }

    [Fact]
    public async Task The_base_is_the_newest_point_whose_checkpoint_still_exists()
    {
        // As after a restore of point 2 over a domain that was gone.
        var points = new[] { Point(1, BackupLevel.Full), Point(2, BackupLevel.Incremental),
            Point(3, BackupLevel.Incremental) };
        var plan = await PlanAsync(BackupLevel.Auto, points, checkpoints: ["lvb.0123abcd.default.1.2.00ff9a"]);
        Assert.Equal(BackupLevel.Incremental, plan.Level);
        Assert.Equal((2, 4), (plan.Base!.Sequence, plan.Sequence));
    }

    [Fact]
    public async Task A_differential_starts_from_the_last_full()
    {
        var points = new[] { Point(1, BackupLevel.Full), Point(2, BackupLevel.Incremental),
            Point(3, BackupLevel.Incremental) };
        var plan = await PlanAsync(BackupLevel.Differential, points);
        Assert.Equal(BackupLevel.Differential, plan.Level);
        Assert.Equal(1, plan.Base!.Sequence);
        Assert.Equal(["lvb.0123abcd.default.1.1.00ff9a"], plan.KeptCheckpoints);
    }

    [Fact]
    public async Task A_chosen_checkpoint_is_the_base()
    {
        var points = new[] { Point(1, BackupLevel.Full), Point(2, BackupLevel.Incremental),
            Point(3, BackupLevel.Incremental) };
        var plan = await PlanAsync(BackupLevel.Incremental, points, since: "lvb.0123abcd.default.1.2.00ff9a");
        Assert.Equal(2, plan.Base!.Sequence);
    }

    [Fact]
    public async Task A_new_disk_is_read_in_full_and_the_others_stay_incremental()
    {
        var plan = await PlanAsync(BackupLevel.Incremental, [Point(1, BackupLevel.Full)], disks: ["vda", "vdb", "vdc"]);
        Assert.Equal(BackupLevel.Incremental, plan.Level);
        Assert.Equal(
            [BackupLevel.Incremental, BackupLevel.Incremental, BackupLevel.Full],
                plan.Disks.Select(disk => disk.Level));
        Assert.Equal("the base point does not have this disk", plan.Disks[2].Reason);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("untracked")]
    [InlineData("broken")]
    public async Task Without_a_sound_bitmap_the_disk_is_read_in_full(string state)
    {
        var points = new[] { Point(1, BackupLevel.Full) };
        var plan = await PlanAsync(BackupLevel.Auto, points, probe: name => state switch
        {
            "missing" => new CheckpointProbe(name, false, new Dictionary<string, bool>(StringComparer.Ordinal)),
            "untracked" => Probe(name, ("vdb", true)),
            _ => Probe(name, ("vda", false), ("vdb", true)),
        });
        Assert.Equal(BackupLevel.Full, plan.Disks[0].Level);
        Assert.Null(plan.Disks[0].Parent);
        Assert.NotNull(plan.Disks[0].Reason);
        Assert.Equal(state == "missing" ? BackupLevel.Full : BackupLevel.Incremental, plan.Level);
    }

    [Fact]
    public async Task A_raw_disk_is_always_read_in_full_and_has_no_checkpoint_of_its_own()
    {
        var plan = await PlanAsync(BackupLevel.Auto, [], disks: ["vda"], untrackable: "vda");
        Assert.Null(plan.NewCheckpoint);
        Assert.Contains("raw", plan.Disks[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BackupLevel.Incremental)]
    [InlineData(BackupLevel.Differential)]
    public async Task A_level_that_is_impossible_for_every_disk_is_refused(BackupLevel level)
    {
        var e = await Assert.ThrowsAsync<BackupException>(() => PlanAsync(level, []));
        Assert.Equal(FailureKind.NotSupported, e.Kind);
        Assert.Contains("track 'default' has no restore point yet", e.Message, StringComparison.Ordinal);
        Assert.Contains("use --level auto or full", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_makes_no_checkpoint_and_opens_no_generation()
    {
        var plan = await PlanAsync(BackupLevel.Copy, [Point(1, BackupLevel.Full)]);
        Assert.Null(plan.NewCheckpoint);
        Assert.Equal((1, 2), (plan.Generation, plan.Sequence));
        Assert.Null(plan.Base);
    }

    [Fact]
    public async Task A_full_opens_a_generation()
    {
        var plan = await PlanAsync(BackupLevel.Full, [Point(1, BackupLevel.Full), Point(2, BackupLevel.Incremental)]);
        Assert.Equal("lvb.0123abcd.default.2.3.00ff9a", plan.NewCheckpoint);
        Assert.Empty(plan.KeptCheckpoints);
        Assert.Null(plan.Reason);
    }

    [Fact]
    public async Task A_domain_that_is_off_is_read_incrementally_without_a_checkpoint()
    {
        var plan = await PlanAsync(BackupLevel.Auto, [Point(1, BackupLevel.Full)], isRunning: false);
        Assert.Equal((BackupLevel.Incremental, 1), (plan.Level, plan.Base!.Sequence));
        Assert.Null(plan.NewCheckpoint);
    }

    [Fact]
    public async Task The_reason_that_a_bitmap_cannot_be_used_is_told_and_the_other_disks_stay_incremental()
    {
        var plan = await PlanAsync(
            BackupLevel.Auto, [Point(1, BackupLevel.Full)], isRunning: false,
            probe: name => Probe(name, ("vda", false), ("vdb", true)) with
            {
                Reasons = new Dictionary<string, string> { ["vda"] = "it is inconsistent" },
            });
        Assert.Equal((BackupLevel.Full, "it is inconsistent"), (plan.Disks[0].Level, plan.Disks[0].Reason));
        Assert.Equal(BackupLevel.Incremental, plan.Disks[1].Level);
    }

    [Fact]
    public async Task A_damaged_point_is_no_base_even_when_it_is_asked_for()
    {
        RestorePoint[] points = [Point(1, BackupLevel.Full), Point(2, BackupLevel.Incremental)];
        var failure = await Assert.ThrowsAsync<BackupException>(() => PlanAsync(
            BackupLevel.Incremental, points, since: points[1].Checkpoint, damaged: [points[1].Id]));
        Assert.Equal(FailureKind.NotSupported, failure.Kind);
        Assert.Matches($"{points[1].Id}.* damaged.*leave --since out", failure.Message);
        var plan = await PlanAsync(BackupLevel.Auto, points, damaged: [.. points.Select(point => point.Id)]);
        Assert.Equal(BackupLevel.Full, plan.Level);
        Assert.Contains("damage was found", plan.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_libvirt_refuses_the_base_everything_is_read()
    {
        var plan = (await PlanAsync(BackupLevel.Auto, [Point(1, BackupLevel.Full)])).WithoutBase("libvirt says: no");
        Assert.Equal("lvb.0123abcd.default.2.2.00ff9a", plan.NewCheckpoint);
        Assert.All(plan.Disks, disk => Assert.Equal((BackupLevel.Full, "libvirt says: no"), (disk.Level, disk.Reason)));
    }

    [Fact]
    public async Task Checkpoints_that_are_asked_for_stay_when_libvirt_refuses_the_base()
    {
        RestorePoint[] points =
            [Point(1, BackupLevel.Full), Point(2, BackupLevel.Incremental), Point(3, BackupLevel.Incremental)];
        var names = points.Select(point => point.Checkpoint!).ToArray();

        var plan = await PlanAsync(BackupLevel.Auto, points, checkpoints: names, keep: 2);

        Assert.Equal(names.Order(), plan.KeptCheckpoints.Order()); // the last full's besides
        Assert.Equal(names[1..], plan.WithoutBase("libvirt says: no").KeptCheckpoints.Order());
    }

    [Fact]
    public void Only_our_own_superseded_checkpoints_are_dropped()
    {
        string[] names =
        [
            "lvb.0123abcd.default.1.1.00ff9a", "lvb.0123abcd.default.1.2.00ff9a", "lvb.0123abcd.default.1.3.00ff9a",
                "lvb.0123abcd.other.1.1.00ff9a",
            "lvb.ffffffff.default.1.1.00ff9a", "mine", "lvb.0123abcd.default.x.1.00ff9a",
        ];
        Assert.Equal(
            ["lvb.0123abcd.default.1.2.00ff9a"],
            CheckpointRetention.Superseded(
                names, "lvb.0123abcd.default.1.3.00ff9a", ["lvb.0123abcd.default.1.1.00ff9a"]));
    }

    [Fact]
    public async Task A_sequence_that_the_journal_knows_of_is_not_used_again()
    {
        var plan = await PlanAsync(BackupLevel.Auto, [Point(1, BackupLevel.Full)], highestSequence: 7);
        Assert.Equal(8, plan.Sequence);
    }

    [Fact]
    public async Task A_disk_whose_bitmap_was_found_untrue_is_full_with_that_reason()
    {
        var plan = await PlanAsync(
            BackupLevel.Auto,
            [Point(1, BackupLevel.Full)],
            probe: name => Probe(name, ("vdb", true)) with
            {
                Reasons = new Dictionary<string, string> { ["vda"] = "somebody cleared it" },
            });
        Assert.Equal(["somebody cleared it", null], plan.Disks.Select(disk => disk.Reason));
    }

    [Fact]
    public async Task Disks_whose_images_changed_places_are_full_for_their_bitmaps_have_one_name()
    {
        var point = Point(1, BackupLevel.Full);
        SelectedDisk[] disks = [OfFile("vda", "/vdb"), OfFile("vdb", "/vda")];

        var plan = await BackupPlanner.PlanAsync(
            new BackupRequest { Domain = "vm" }, Repository, Mark,
            TrackHistory.From([PointSummary.Of(point)], Repository, s_domain, "default", [], highestSequence: 0),
            new DiskSelection(disks, []), isRunning: true,
            name => Task.FromResult(Probe(name, ("vda", true), ("vdb", true))), _ => Task.FromResult(point));

        Assert.All(plan.Disks, disk => Assert.Equal((BackupLevel.Full, null), (disk.Level, disk.Parent)));
        Assert.Contains("'vdb'", plan.Disks[0].Reason, StringComparison.Ordinal);
    }

    private static SelectedDisk OfFile(string target, string path) => new()
    {
        Disk = new DomainDisk { Target = DiskName.Parse(target), Source = new FileDiskSource { Path = path } },
        Untrackable = null,
        Layers = [new DiskLayer(path, "1")],
    };

    private static Task<BackupPlan> PlanAsync(
        BackupLevel level,
        RestorePoint[] points,
        string? since = null,
        string[]? disks = null,
        string? untrackable = null,
        bool isRunning = true,
        string[]? checkpoints = null,
        int highestSequence = 0,
        string[]? damaged = null,
        Func<string, CheckpointProbe>? probe = null,
        int keep = 0)
    {
        var request = new BackupRequest { Domain = "vm", Level = level, Since = since, KeepCheckpoints = keep };
        var selected = (disks ?? ["vda", "vdb"]).Select(name => new SelectedDisk
        {
            Disk = new DomainDisk { Target = DiskName.Parse(name) },
            Untrackable = name == untrackable ? "its format raw cannot hold a dirty bitmap" : null,
            Layers = [new DiskLayer($"/{name}", "1")],
        });
        var history = TrackHistory.From(
            points.Select(PointSummary.Of), Repository, s_domain, "default", checkpoints ?? [], highestSequence) with
        {
            Damaged = (damaged ?? []).ToHashSet(StringComparer.Ordinal),
        };
        probe ??= name => Probe(name, ("vda", true), ("vdb", true));
        return BackupPlanner.PlanAsync(
            request, Repository, Mark, history, new DiskSelection([.. selected], []), isRunning,
            name => Task.FromResult(probe(name)), id => Task.FromResult(points.Single(point => point.Id == id)));
    }

    private static CheckpointProbe Probe(string name, params (string Disk, bool IsUsable)[] disks) =>
        new(name, true, disks.ToDictionary(disk => disk.Disk, disk => disk.IsUsable, StringComparer.Ordinal));

    private static RestorePoint Point(int sequence, BackupLevel level) =>
        TestPoints.Make(s_domain, sequence, level, $"lvb.{Repository}.default.1.{sequence}.00ff9a");
}
