using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Table;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery;

/// <summary>Bitmaps that somebody broke, or changed behind libvirt's back.</summary>
public sealed class BrokenBitmapTests : IDisposable
{
    private const string Full = ReconcilingScene.Full;
    private const string Newest = ReconcilingScene.Newest;
    private readonly ReconcilingScene _scene = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _scene.Dispose();

    public static TheoryData<string, bool> Breakages => new MatrixTheoryData<string, bool>(
        ["removed", "inconsistent", "disabled", "transient", "grain"], [true, false]);

    [Theory]
    [MemberData(nameof(Breakages))]
    public async Task A_broken_bitmap_goes_and_the_other_disk_stays_incremental(string breakage, bool isRunning)
    {
        _scene.AddBoth();
        _scene.Break("vda", Full, breakage);
        _scene.Domain.IsRunning = isRunning;

        var (before, after, _) = await _scene.ReconcileAsync(closely: true);

        Assert.Single(before.Rows, row => row.Verdict.IsProblem);
        Assert.Equal(["vdb"], _scene.Domain.DisksOf(Full));
        Assert.DoesNotContain(Full, _scene.Domain.Image("vda").Keys);
        Assert.Contains(Full, _scene.Domain.Image("vdb").Keys);
        Assert.Equal(["vda", "vdb"], _scene.Domain.DisksOf(Newest).Order());
        Assert.All(after.Rows, row => Assert.False(row.Verdict.IsProblem, $"{row}"));
    }

    [Fact]
    public async Task A_bitmap_that_was_cleared_is_not_believed_any_more()
    {
        _scene.AddBoth();
        _scene.Domain.Write("vda", 1, 2, 3);
        await _scene.ReconcileAsync(closely: false);
        _scene.Domain.Bitmap("vda", Full).Dirty.Clear();
        _scene.Domain.Write("vda", 7, 8);

        var (before, after, _) = await _scene.ReconcileAsync(closely: false);

        Assert.Equal([new(Full, "vda")], before.Doubts.Keys);
        Assert.DoesNotContain(after.Rows, row => row.Checkpoint == Full && row.Disk == "vda");
        Assert.Contains(after.Rows, row => row.Checkpoint == Newest && row.Disk == "vda" && row.Verdict.IsTrusted);
    }

    [Fact]
    public async Task A_bitmap_in_doubt_that_QEMU_does_not_remove_is_not_adopted_again()
    {
        _scene.AddBoth();
        _scene.Domain.Write("vda", 1, 2, 3);
        await _scene.ReconcileAsync(closely: false);
        _scene.Domain.Bitmap("vda", Full).Dirty.Clear();
        _scene.Domain.RefusesDeletion = true;

        var (_, refused, failures) = await _scene.ReconcileAsync(closely: false);
        _scene.Domain.RefusesDeletion = false;
        var (_, after, _) = await _scene.ReconcileAsync(closely: false);

        Assert.Contains("could not be removed", Assert.Single(failures), StringComparison.Ordinal);
        Assert.DoesNotContain(
            refused.Rows, row => row.Checkpoint == Full && row.Disk == "vda" && row.Verdict.IsTrusted);
        Assert.DoesNotContain(Full, _scene.Domain.Image("vda").Keys);
        Assert.All(after.Rows, row => Assert.False(row.Verdict.IsProblem, $"{row}"));
    }

    [Fact]
    public async Task The_newest_bitmap_has_an_older_one_as_its_witness_also_when_it_was_never_seen_before()
    {
        _scene.AddBoth();
        await new TrackingSurveyor(_scene.Domain, _scene.PointsOfDomain(), _scene.Journal).WitnessAsync(Newest, Token);
        _scene.Domain.Write("vda", 1, 2, 3);
        _scene.Domain.Bitmap("vda", Newest).Dirty.Clear();
        _scene.Domain.Write("vda", 1, 2);

        var (before, _, _) = await _scene.ReconcileAsync(closely: false);

        Assert.Equal([new(Newest, "vda")], before.Doubts.Keys);
    }

    [Fact]
    public async Task What_the_guest_writes_while_it_is_looked_at_is_no_reason_to_doubt()
    {
        _scene.AddBoth();
        await new TrackingSurveyor(_scene.Domain, _scene.PointsOfDomain(), _scene.Journal).WitnessAsync(Newest, Token);
        var chunk = 100;
        _scene.Domain.BeforeSizes = _ => _scene.Domain.Write("vda", chunk++, chunk++);
        for (var i = 0; i < 5; i++)
        {
            var (before, _, _) = await _scene.ReconcileAsync(closely: i % 2 == 0);
            Assert.Empty(before.Doubts);
        }

        Assert.Equal(0, _scene.Domain.Changes);
    }

    [Fact]
    public async Task What_libvirt_refuses_for_one_checkpoint_is_told_and_the_others_are_dealt_with()
    {
        _scene.AddBoth();
        _scene.Break("vda", Full, "inconsistent");
        _scene.Break("vdb", Newest, "inconsistent");
        _scene.Domain.BeforeChange = name =>
        {
            if (name == Full)
                throw new LibvirtException("f", VirErrorNumber.OperationFailed, VirErrorDomain.Qemu, "image is locked");
        };

        var (_, after, failures) = await _scene.ReconcileAsync(closely: false);

        Assert.Contains("image is locked", Assert.Single(failures), StringComparison.Ordinal);
        Assert.Equal(Full, Assert.Single(after.Rows, row => row.Verdict.IsProblem).Checkpoint);
        Assert.Equal(["vda"], _scene.Domain.DisksOf(Newest));
    }

    [Fact]
    public async Task Nothing_is_done_to_a_domain_that_is_shut_off_without_a_close_look()
    {
        _scene.AddBoth();
        _scene.Domain.LoseMetadata();
        _scene.Break("vda", Full, "inconsistent");
        _scene.Domain.IsRunning = false;

        var (before, after, _) = await _scene.ReconcileAsync(closely: false);

        Assert.Equal(0, _scene.Domain.Changes);
        Assert.All(before.Rows, row => Assert.Equal(TrackingRepair.WaitForStart, row.Verdict.Repair));
        Assert.Equal(before.Rows, after.Rows);
    }

    [Fact]
    public async Task Where_somebody_else_has_the_images_it_is_told_and_nothing_is_changed_or_remembered()
    {
        _scene.AddBoth();
        _scene.Break("vda", Full, "inconsistent");
        (_scene.Domain.IsRunning, _scene.Domain.IsImageInUse) = (false, true);

        var (_, after, failures) = await _scene.ReconcileAsync(closely: true);

        Assert.Contains("open in another program", Assert.Single(failures), StringComparison.Ordinal);
        Assert.Equal(0, _scene.Domain.Changes);
        // It was closed, and is whole after all.
        _scene.Domain.Bitmap("vda", Full).Inconsistent = false;
        Assert.Equal(
            TrackingFinding.Healthy,
            (await _scene.ReconcileAsync(closely: true)).After.Rows
                .Single(row => row.Checkpoint == Full && row.Disk == "vda").Verdict.Finding);
        Assert.Equal(
            TrackingFinding.Inconsistent, Assert.Single(after.Rows, row => row.Verdict.IsProblem).Verdict.Finding);
    }
}
