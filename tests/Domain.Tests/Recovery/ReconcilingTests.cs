using LibvirtBackup.Backups;
using LibvirtBackup.Domain.Tests.Recovery.Simulation;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery;

/// <summary>Looking and acting, on a simulated libvirt.</summary>
public sealed class ReconcilingTests : IDisposable
{
    private const string Full = "lvb.here.default.1.1";
    private const string Newest = "lvb.here.default.1.2";
    private static readonly Guid s_uuid = Guid.NewGuid();
    private readonly TestDirectory _directory = new();
    private readonly SimulatedDomain _domain = new("vda", "vdb");
    private readonly Dictionary<string, string[]> _images = []; // of points that are not like the others
    private readonly List<PointSummary> _points = [Point(1, Full), Point(2, Newest)];
    private Journal _journal;

    public ReconcilingTests() => _journal = Journal.Open(_directory.Path);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_healthy_domain_is_not_touched(bool closely)
    {
        AddBoth();
        _domain.AddCheckpoint("theirs", "vda");
        _domain.AddBitmap("vdb", "lvb.elsewhere.default.1.1");

        var (before, after, _) = await ReconcileAsync(closely);

        Assert.Equal(0, _domain.Changes);
        Assert.Equal(closely ? 6 : 4, after.Rows.Count);
        Assert.All(before.Rows, row => Assert.False(row.Verdict.IsProblem, $"{row}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lost_metadata_is_adopted_and_the_same_disks_are_tracked(bool closely)
    {
        AddBoth();
        _domain.LoseMetadata();

        var (_, after, _) = await ReconcileAsync(closely);

        Assert.Equal(4, after.Rows.Count(row => row.Verdict.IsTrusted));
        Assert.Equal(["vda", "vdb"], _domain.DisksOf(Newest).Order());
        Assert.Equal(JournalMark.Committed, _journal.View.MarkOf(Newest, "vda"));
    }

    [Theory]
    [InlineData("vdb", false)]
    [InlineData("other", true)]
    public async Task A_bitmap_that_may_be_that_of_the_same_images_under_another_uuid_is_not_adopted(
        string image, bool isAdopted)
    {
        AddBoth();
        _domain.LoseMetadata();
        _points.Add(Point(3, Newest) with { DomainUuid = Guid.NewGuid() });
        _images["p3"] = [image];

        await ReconcileAsync(closely: false);

        Assert.Equal(isAdopted, _domain.Knows(Newest));
        Assert.True(_domain.Knows(Full));
    }

    [Fact]
    public async Task Of_lost_metadata_only_the_disks_with_valid_bitmaps_are_adopted()
    {
        AddBoth();
        _domain.LoseMetadata();
        _domain.Bitmap("vda", Newest).Inconsistent = true;

        var (_, after, _) = await ReconcileAsync(closely: true);

        Assert.Equal(["vdb"], _domain.DisksOf(Newest));
        Assert.DoesNotContain(Newest, _domain.Image("vda").Keys);
        Assert.All(after.Rows, row => Assert.False(row.Verdict.IsProblem, $"{row}"));
    }

    public static TheoryData<string> Breakages => ["removed", "inconsistent", "disabled", "transient", "grain"];

    [Theory]
    [MemberData(nameof(Breakages))]
    public async Task A_broken_bitmap_goes_and_the_other_disk_stays_incremental(string breakage)
    {
        AddBoth();
        Break("vda", Full, breakage);

        var (before, after, _) = await ReconcileAsync(closely: true);

        Assert.Single(before.Rows, row => row.Verdict.IsProblem);
        Assert.Equal(["vdb"], _domain.DisksOf(Full));
        Assert.DoesNotContain(Full, _domain.Image("vda").Keys);
        Assert.Contains(Full, _domain.Image("vdb").Keys);
        Assert.Equal(["vda", "vdb"], _domain.DisksOf(Newest).Order());
        Assert.All(after.Rows, row => Assert.False(row.Verdict.IsProblem, $"{row}"));
    }

    [Fact]
    public async Task A_bitmap_that_was_cleared_is_not_believed_any_more()
    {
        AddBoth();
        _domain.Write("vda", 1, 2, 3);
        await ReconcileAsync(closely: false);
        _domain.Bitmap("vda", Full).Dirty.Clear();
        _domain.Write("vda", 7, 8);

        var (before, after, _) = await ReconcileAsync(closely: false);

        Assert.Equal([(Full, "vda")], before.Doubts.Keys);
        Assert.DoesNotContain(after.Rows, row => row.Checkpoint == Full && row.Disk == "vda");
        Assert.Contains(after.Rows, row => row.Checkpoint == Newest && row.Disk == "vda" && row.Verdict.IsTrusted);
    }

    [Fact]
    public async Task The_newest_bitmap_has_an_older_one_as_its_witness_also_when_it_was_never_seen_before()
    {
        AddBoth();
        await new TrackingSurveyor(_domain, Points(), _journal).WitnessAsync(Newest, Token);
        _domain.Write("vda", 1, 2, 3);
        _domain.Bitmap("vda", Newest).Dirty.Clear();
        _domain.Write("vda", 1, 2);

        var (before, _, _) = await ReconcileAsync(closely: false);

        Assert.Equal([(Newest, "vda")], before.Doubts.Keys);
    }

    [Fact]
    public async Task What_the_guest_writes_while_it_is_looked_at_is_no_reason_to_doubt()
    {
        AddBoth();
        await new TrackingSurveyor(_domain, Points(), _journal).WitnessAsync(Newest, Token);
        var chunk = 100;
        _domain.BeforeSizes = _ => _domain.Write("vda", chunk++, chunk++);
        for (var i = 0; i < 5; i++)
        {
            var (before, _, _) = await ReconcileAsync(closely: i % 2 == 0);
            Assert.Empty(before.Doubts);
        }

        Assert.Equal(0, _domain.Changes);
    }

    [Fact]
    public async Task Checkpoints_without_points_go_with_their_bitmaps_and_the_sequence_is_not_used_again()
    {
        AddBoth();
        _domain.AddCheckpoint("lvb.here.default.1.3", "vda", "vdb");
        _domain.AddBitmap("vda", "lvb.here.default.7.7");

        await ReconcileAsync(closely: true);

        Assert.Equal([Full, Newest], _domain.Image("vda").Keys.Order());
        Assert.Equal([Full, Newest], _domain.Image("vdb").Keys.Order());
        Assert.False(_domain.Knows("lvb.here.default.1.3"));
    }

    [Fact]
    public async Task A_domain_that_was_made_anew_with_another_UUID_has_no_use_for_the_bitmaps_of_the_old_one()
    {
        AddBoth();
        _domain.LoseMetadata();
        _points.Clear();
        _points.Add(Point(1, Full) with { DomainUuid = Guid.NewGuid() });

        await ReconcileAsync(closely: true);

        Assert.Empty(_domain.Image("vda"));
    }

    [Fact]
    public async Task A_checkpoint_whose_disks_are_all_unplugged_and_has_no_point_is_forgotten()
    {
        AddBoth();
        await _domain.TryRedefineAsync(
            new TrackedCheckpoint(
                "lvb.here.default.1.3", DateTimeOffset.UnixEpoch, "", new Dictionary<string, long?> { ["vdz"] = null }),
            validate: false, Token);

        await ReconcileAsync(closely: false);

        Assert.False(_domain.Knows("lvb.here.default.1.3"));
    }

    [Fact]
    public async Task What_libvirt_refuses_for_one_checkpoint_is_told_and_the_others_are_dealt_with()
    {
        AddBoth();
        Break("vda", Full, "inconsistent");
        Break("vdb", Newest, "inconsistent");
        _domain.BeforeChange = name =>
        {
            if (name == Full)
                throw new LibvirtException("f", VirErrorNumber.OperationFailed, VirErrorDomain.Qemu, "image is locked");
        };

        var (_, after, failures) = await ReconcileAsync(closely: false);

        Assert.Contains("image is locked", Assert.Single(failures), StringComparison.Ordinal);
        Assert.Equal(Full, Assert.Single(after.Rows, row => row.Verdict.IsProblem).Checkpoint);
        Assert.Equal(["vda"], _domain.DisksOf(Newest));
    }

    [Fact]
    public async Task Nothing_is_done_to_bitmaps_of_a_domain_that_is_shut_off()
    {
        AddBoth();
        _domain.LoseMetadata();
        Break("vda", Full, "inconsistent");
        _domain.IsRunning = false;

        var (before, after, _) = await ReconcileAsync(closely: true);

        Assert.Equal(0, _domain.Changes);
        Assert.All(before.Rows, row => Assert.Equal(TrackingRepair.WaitForStart, row.Verdict.Repair));
        Assert.Equal(before.Rows, after.Rows);
    }

    [Fact]
    public async Task A_reconciliation_that_was_killed_before_any_of_its_steps_ends_the_same_when_it_is_repeated()
    {
        for (var survived = 0; ; survived++)
        {
            using var one = new ReconcilingTests();
            one.MakeOneOfEverything();
            var left = survived;
            one._domain.BeforeChange = _ =>
            {
                if (left-- == 0) throw new IOException("killed");
            };
            var isKilled = await Record.ExceptionAsync(() => one.ReconcileAsync(closely: true)) is IOException;
            one._domain.BeforeChange = null;
            one._journal = Journal.Open(one._directory.Path);

            var (_, after, _) = await one.ReconcileAsync(closely: true);

            Assert.All(after.Rows, row => Assert.False(row.Verdict.IsProblem, $"killed after {survived}: {row}"));
            Assert.Equal(["vdb"], one._domain.DisksOf(Full));
            Assert.Equal(["vda", "vdb"], one._domain.DisksOf(Newest).Order());
            Assert.Equal([Full, Newest], one._domain.Image("vdb").Keys.Order());
            Assert.Equal([Newest], one._domain.Image("vda").Keys);
            if (isKilled) continue;
            Assert.InRange(survived, 5, 50);
            break;
        }
    }

    private void MakeOneOfEverything()
    {
        AddBoth();
        _domain.AddCheckpoint("lvb.here.default.1.3", "vda", "vdb");
        _domain.AddCheckpoint("lvb.here.default.1.4", "vda");
        _domain.RemoveBitmap("vda", "lvb.here.default.1.4");
        _domain.LoseMetadata();
        _domain.AddCheckpoint("lvb.here.default.1.5", "vda", "vdb");
        Break("vdb", "lvb.here.default.1.5", "removed");
        Break("vda", Full, "disabled");
        _journal.Append(new JournalRecord.DropBegun("lvb.here.default.1.5", null));
    }

    private void AddBoth()
    {
        _domain.AddCheckpoint(Full, "vda", "vdb");
        _domain.AddCheckpoint(Newest, "vda", "vdb");
    }

    private void Break(string disk, string name, string breakage)
    {
        var bitmap = _domain.Bitmap(disk, name);
        if (breakage == "removed") _domain.RemoveBitmap(disk, name);
        if (breakage == "inconsistent") bitmap.Inconsistent = true;
        if (breakage == "disabled") bitmap.Recording = false;
        if (breakage == "transient") bitmap.Persistent = false;
        if (breakage == "grain") bitmap.GranularityBytes = 4096;
    }

    private Task<(Survey Before, Survey After, IReadOnlyList<string> Failures)> ReconcileAsync(bool closely) =>
        new TrackingReconciler(_domain, Points(), _journal).ReconcileAsync(closely, Token);

    private PointsOfDomain Points() => new(
        "here", _points, new HashSet<string>(), s_uuid,
        (id, _) => Task.FromResult(TestPoints.Make(s_uuid, 1, BackupLevel.Full, Full) with
        {
            Disks = [.. _images.GetValueOrDefault(id, ["vda", "vdb"]).Select(ImageOf)],
        }));

    private static RestorePointDisk ImageOf(string disk) => TestPoints.Disk(disk) with
    {
        Image = new DiskImageProperties { ClusterSizeBytes = 64 * Units.KiB },
        Layers = [new DiskLayer($"/images/{disk}", "1")],
    };

    private static PointSummary Point(int sequence, string checkpoint) => new()
    {
        Id = $"p{sequence}",
        RepositoryId = "here",
        Domain = "web",
        DomainUuid = s_uuid,
        Track = "default",
        Generation = 1,
        Sequence = sequence,
        Level = sequence == 1 ? BackupLevel.Full : BackupLevel.Incremental,
        Time = DateTimeOffset.UnixEpoch,
        Parent = null,
        Checkpoint = checkpoint,
        Disks = [new PointSummaryDisk("vda", Units.GiB), new PointSummaryDisk("vdb", Units.GiB)],
    };
}
