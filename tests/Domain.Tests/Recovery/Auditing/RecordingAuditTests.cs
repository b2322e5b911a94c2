using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Auditing;
using LibvirtBackup.Recovery.Journals;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Auditing;

public sealed class RecordingAuditTests
{
    private const string Full = "lvb.here.default.1.1.00ff9a";
    private const string Newest = "lvb.here.default.1.2.00ff9a";
    private const long Size = Units.GiB;

    [Fact]
    public void A_bitmap_that_holds_less_than_before_is_found()
    {
        var view = View(new JournalRecord.Seen(Full, "vda", 5000, Size, "made"));
        Assert.Equal([new(Full, "vda")], Find(view, Seen(Full, 4999)));
        Assert.Empty(Find(view, Seen(Full, 5000)));
        Assert.Empty(Find(view, Seen(Full, 4999) with { Disk = "vdb" }));
    }

    [Fact]
    public void A_smaller_disk_may_have_lost_as_much_as_was_cut_and_no_more()
    {
        var view = View(new JournalRecord.Seen(Full, "vda", 500 * Units.MiB, Size, "made"));
        var cut = Seen(Full, 400 * Units.MiB) with { VirtualSizeBytes = Size - (100 * Units.MiB) };
        Assert.Empty(Find(view, cut));
        Assert.NotEmpty(Find(view, cut with { DirtyBytes = 399 * Units.MiB }));
    }

    [Fact]
    public void A_checkpoint_that_a_restore_has_made_anew_is_not_held_against_the_old_one()
    {
        var view = View(new JournalRecord.Seen(Full, "vda", 5000, Size, "made"));
        Assert.Empty(Find(view, Seen(Full, 0) with { Origin = "restored" }));
    }

    [Fact]
    public void An_older_checkpoint_holds_all_that_a_newer_one_does()
    {
        Assert.Equal([new(Full, "vda")], Find(View(), Seen(Newest, 2000), Seen(Full, 1000)));
        Assert.Empty(Find(View(), Seen(Newest, 2000), Seen(Full, 2000)));
        Assert.Empty(Find(View(), Seen(Newest, 2000), Seen(Full, 1000) with { Disk = "vdb" }));
        // Of other tracks, the time decides.
        var other = Seen("lvb.here.other.1.9.00ff9a", 2000) with { Created = DateTimeOffset.UnixEpoch.AddHours(1) };
        Assert.Equal([new(Full, "vda")], Find(View(), other, Seen(Full, 1000)));
        Assert.Empty(Find(View(), other with { Created = DateTimeOffset.UnixEpoch }, Seen(Full, 1000)));
    }

    [Fact]
    public void A_newer_checkpoint_holds_what_an_older_one_has_gained_since()
    {
        var view = View(new JournalRecord.Witnessed(Newest, "vda", Full, 6000));
        Assert.Equal([new(Newest, "vda")], Find(view, Seen(Newest, 1999), Seen(Full, 8000)));
        Assert.Empty(Find(view, Seen(Newest, 2000), Seen(Full, 8000)));
    }

    [Fact]
    public void What_the_guest_writes_between_two_questions_is_not_held_against_anybody()
    {
        var early = new[] { Seen(Newest, 2000), Seen(Full, 1000) };
        Assert.NotEmpty(RecordingAudit.FindShrunk(View(), early, early));
        Assert.Empty(RecordingAudit.FindShrunk(View(), early, [Seen(Newest, 9000), Seen(Full, 8000)]));
    }

    private static ObservedBitmap Seen(string name, long dirty) =>
        new(name, "vda", DateTimeOffset.UnixEpoch, "made", dirty, Size);

    private static IEnumerable<CheckpointOnDisk> Find(JournalView view, params ObservedBitmap[] now) =>
        RecordingAudit.FindShrunk(view, now, now).Keys;

    private static JournalView View(params JournalRecord[] records)
    {
        var view = new JournalView();
        foreach (var record in records) view.Apply(record);
        return view;
    }
}
