using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery;

/// <summary>Lost metadata, checkpoints without points, and killed reconciliations, on a simulated libvirt.</summary>
public sealed class ReconcilingTests : IDisposable
{
    private const string Full = ReconcilingScene.Full;
    private const string Newest = ReconcilingScene.Newest;
    private readonly ReconcilingScene _scene = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_healthy_domain_is_not_touched(bool closely)
    {
        _scene.AddBoth();
        _scene.Domain.AddCheckpoint("theirs", "vda");
        _scene.Domain.AddBitmap("vdb", "lvb.elsewhere.default.1.1.00ff9a");

        var (before, after, _) = await _scene.ReconcileAsync(closely);

        Assert.Equal(0, _scene.Domain.Changes);
        Assert.Equal(closely ? 6 : 4, after.Rows.Count);
        Assert.All(before.Rows, row => Assert.False(row.Verdict.IsProblem, $"{row}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lost_metadata_is_adopted_and_the_same_disks_are_tracked(bool closely)
    {
        _scene.AddBoth();
        _scene.Domain.LoseMetadata();

        var (_, after, _) = await _scene.ReconcileAsync(closely);

        Assert.Equal(4, after.Rows.Count(row => row.Verdict.IsTrusted));
        Assert.Equal(["vda", "vdb"], _scene.Domain.DisksOf(Newest).Order());
        Assert.Equal(JournalMark.Committed, _scene.Journal.View.MarkOf(Newest, "vda"));
    }

    [Fact]
    public async Task Of_lost_metadata_only_the_disks_with_valid_bitmaps_are_adopted()
    {
        _scene.AddBoth();
        _scene.Domain.LoseMetadata();
        _scene.Domain.Bitmap("vda", Newest).Inconsistent = true;

        var (_, after, _) = await _scene.ReconcileAsync(closely: true);

        Assert.Equal(["vdb"], _scene.Domain.DisksOf(Newest));
        Assert.DoesNotContain(Newest, _scene.Domain.Image("vda").Keys);
        Assert.All(after.Rows, row => Assert.False(row.Verdict.IsProblem, $"{row}"));
    }

    [Fact]
    public async Task Checkpoints_without_points_go_with_their_bitmaps_and_the_sequence_is_not_used_again()
    {
        _scene.AddBoth();
        _scene.Domain.AddCheckpoint("lvb.here.default.1.3.00ff9a", "vda", "vdb");
        _scene.Domain.AddBitmap("vda", "lvb.here.default.7.7.00ff9a");

        await _scene.ReconcileAsync(closely: true);

        Assert.Equal([Full, Newest], _scene.Domain.Image("vda").Keys.Order());
        Assert.Equal([Full, Newest], _scene.Domain.Image("vdb").Keys.Order());
        Assert.False(_scene.Domain.Knows("lvb.here.default.1.3.00ff9a"));
    }

    [Fact]
    public async Task A_domain_that_was_made_anew_with_another_UUID_has_no_use_for_the_bitmaps_of_the_old_one()
    {
        _scene.AddBoth();
        _scene.Domain.LoseMetadata();
        _scene.Points.Clear();
        _scene.Points.Add(ReconcilingScene.Point(1, Full) with { DomainUuid = Guid.NewGuid() });

        await _scene.ReconcileAsync(closely: true);

        Assert.Empty(_scene.Domain.Image("vda"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_checkpoint_whose_disks_are_all_unplugged_and_has_no_point_is_forgotten(
        bool isRunning, bool closely)
    {
        _scene.AddBoth();
        await _scene.Domain.TryRedefineAsync(
            new TrackedCheckpoint(
                "lvb.here.default.1.3.00ff9a",
                DateTimeOffset.UnixEpoch,
                "",
                new Dictionary<string, long?> { ["vdz"] = null }),
            validate: false, Token);
        _scene.Domain.IsRunning = isRunning;

        await _scene.ReconcileAsync(closely);

        Assert.False(_scene.Domain.Knows("lvb.here.default.1.3.00ff9a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reconciliation_that_was_killed_before_any_of_its_steps_ends_the_same_when_it_is_repeated(
        bool isRunning)
    {
        for (var survived = 0; ; survived++)
        {
            using var one = new ReconcilingScene();
            MakeOneOfEverything(one);
            one.Domain.IsRunning = isRunning;
            var left = survived;
            one.Domain.BeforeChange = _ =>
            {
                if (left-- == 0) throw new IOException("killed");
            };
            var isKilled = await Record.ExceptionAsync(() => one.ReconcileAsync(closely: true)) is IOException;
            one.Domain.BeforeChange = null;
            one.ReopenJournal();

            var (_, after, _) = await one.ReconcileAsync(closely: true);

            Assert.All(after.Rows, row => Assert.False(row.Verdict.IsProblem, $"killed after {survived}: {row}"));
            Assert.Equal(["vdb"], one.Domain.DisksOf(Full));
            Assert.Equal(["vda", "vdb"], one.Domain.DisksOf(Newest).Order());
            Assert.Equal([Full, Newest], one.Domain.Image("vdb").Keys.Order());
            Assert.Equal([Newest], one.Domain.Image("vda").Keys);
            if (isKilled) continue;
            Assert.InRange(survived, 5, 50);
            break;
        }
    }

    private static void MakeOneOfEverything(ReconcilingScene scene)
    {
        scene.AddBoth();
        scene.Domain.AddCheckpoint("lvb.here.default.1.3.00ff9a", "vda", "vdb");
        scene.Domain.AddCheckpoint("lvb.here.default.1.4.00ff9a", "vda");
        scene.Domain.RemoveBitmap("vda", "lvb.here.default.1.4.00ff9a");
        scene.Domain.LoseMetadata();
        scene.Domain.AddCheckpoint("lvb.here.default.1.5.00ff9a", "vda", "vdb");
        scene.Break("vdb", "lvb.here.default.1.5.00ff9a", "removed");
        scene.Break("vda", Full, "disabled");
        scene.Journal.Append(new JournalRecord.DropBegun("lvb.here.default.1.5.00ff9a", null));
    }
}
