using LibvirtBackup.Views;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Views;

public sealed class ViewJudgeTests
{
    private static readonly ViewFacts s_whole = new() { HasJob = true, HasAccess = true, UsedBytes = 4096 };

    private static readonly ViewFacts s_nothing = new() { HasJob = false, HasAccess = false, UsedBytes = null };

    private static readonly ViewRecord s_view = new()
    {
        Name = "before",
        Id = "0123abcd",
        DomainUuid = Guid.Empty,
        Domain = "web",
        Scratch = "/scratch/lvb-0123abcd",
        Time = DateTimeOffset.UnixEpoch,
        CanDrop = true,
        Phase = ViewPhase.Open,
        Disks = [Disk("vda"), Disk("vdb")],
    };

    [Fact]
    public void One_of_which_everything_is_there_and_can_be_read_is_open() =>
        Assert.Equal((ViewState.Open, null), Judge(s_view, s_whole, s_whole));

    [Fact]
    public void One_disk_that_cannot_be_read_drops_the_whole_view_and_is_named()
    {
        var (state, reason) = Judge(s_view, s_whole, s_whole with { ReadError = "Permission denied" });

        Assert.Equal(ViewState.Dropped, state);
        Assert.Contains("disk vdb: what the guest overwrote could not be kept", reason, StringComparison.Ordinal);
        Assert.Contains("(Permission denied)", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_QEMU_cannot_drop_views_a_read_error_is_told_as_it_is() => Assert.Equal(
        (ViewState.Dropped, "disk vda: it cannot be read (Input/output error)"),
        Judge(s_view with { CanDrop = false }, s_whole with { ReadError = "Input/output error" }, s_whole));

    [Fact]
    public void A_part_that_somebody_took_away_drops_it()
    {
        foreach (var part in (ViewFacts[])
            [s_whole with { HasJob = false }, s_whole with { HasAccess = false }, s_whole with { UsedBytes = null }])
        {
            var (state, reason) = Judge(s_view, part, s_whole);

            Assert.Equal(ViewState.Dropped, state);
            Assert.Equal("disk vda: somebody else has taken away a part of it in QEMU", reason);
        }
    }

    [Fact]
    public void It_ends_with_its_QEMU_whether_there_is_another_one_or_not()
    {
        Assert.Equal(ViewState.Ended, Judge(s_view, s_nothing, s_nothing).State);
        Assert.Equal(ViewState.Ended, ViewJudge.Judge(s_view, isBusy: false, facts: null).State);
    }

    [Theory]
    [InlineData("Opening", "opened")]
    [InlineData("Closing", "closed")]
    public void One_whose_opener_or_closer_was_killed_is_unfinished_whatever_is_there(string phase, string word)
    {
        var (state, reason) = Judge(s_view with { Phase = Enum.Parse<ViewPhase>(phase) }, s_whole, s_whole);

        Assert.Equal(ViewState.Unfinished, state);
        Assert.Contains($"interrupted while it was {word}", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void While_another_process_opens_it_nothing_is_said_of_it() => Assert.Equal(
        ViewState.Busy, ViewJudge.Judge(s_view with { Phase = ViewPhase.Opening }, isBusy: true, facts: null).State);

    [Fact]
    public void Names_in_QEMU_fit_into_31_bytes_and_are_told_from_libvirts()
    {
        var names = s_view.NodesOf(99);

        foreach (var name in (string[])
            [names.Access, names.Filter, names.Scratch, names.Limit, names.File, names.Probe, names.ProbeTarget])
        {
            Assert.InRange(name.Length, 1, 31);
            Assert.StartsWith("lvb-0123abcd-99", name, StringComparison.Ordinal);
        }
    }

    private static (ViewState State, string? Reason) Judge(ViewRecord view, params ViewFacts[] facts) =>
        ViewJudge.Judge(view, isBusy: false, facts);

    private static ViewDisk Disk(string name) =>
        new() { Name = name, SizeBytes = Units.MiB, LimitBytes = Units.MiB, Since = [] };
}
