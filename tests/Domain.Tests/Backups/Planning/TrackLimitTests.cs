using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Backups.Planning;

public sealed class TrackLimitTests
{
    private static readonly Guid s_domain = Guid.NewGuid();
    private static readonly HashSet<string> s_disks = ["vda", "vdb"];

    private static readonly Gen<(TrackHistory History, BackupLevel Level, bool HasCheckpoint, int Most)> s_tracks =
        from count in Gen.Choose(0, 12)
        from levels in Gen.ArrayOf(
            Gen.Elements(BackupLevel.Full, BackupLevel.Incremental, BackupLevel.Differential, BackupLevel.Copy), count)
        from tracked in Gen.ArrayOf(Gen.Elements(true, true, false), count)
        from damaged in Gen.ArrayOf(Gen.Elements(false, false, false, true), count)
        from level in Gen.Elements(
            BackupLevel.Full, BackupLevel.Incremental, BackupLevel.Differential, BackupLevel.Copy)
        from hasCheckpoint in Gen.Elements(true, false)
        from most in Gen.Choose(1, 8)
        select (Track(levels, tracked, damaged), level, hasCheckpoint && level != BackupLevel.Copy, most);

    [Fact]
    public void A_full_track_refuses_one_more_and_says_what_to_do()
    {
        var history = Track([BackupLevel.Full, BackupLevel.Incremental], [true, true], [false, false]);
        TrackLimit.RefuseWhenFull(Request(3, cycle: false), history.Points);
        TrackLimit.RefuseWhenFull(Request(2, cycle: true), history.Points);
        TrackLimit.RefuseWhenFull(new BackupRequest { Domain = "vm" }, history.Points);
        var e = Assert.Throws<BackupException>(
            () => TrackLimit.RefuseWhenFull(Request(2, cycle: false), history.Points));
        Assert.Equal(FailureKind.Failed, e.Kind);
        Assert.Contains("has 2 restore points, and --max-points allows 2", e.Message, StringComparison.Ordinal);
        Assert.Contains("--force-cycle", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_oldest_go_and_damaged_ones_before_them()
    {
        var history = Track(
            [BackupLevel.Full, BackupLevel.Incremental, BackupLevel.Incremental, BackupLevel.Incremental],
            [true, true, true, true], [false, false, true, false]);
        Assert.Equal([3, 1], Dropped(history, BackupLevel.Incremental, hasCheckpoint: true, most: 3));
        Assert.Equal([3, 1, 2, 4], Dropped(history, BackupLevel.Full, hasCheckpoint: true, most: 1));
        Assert.Empty(TrackLimit.Excess(
            Request(3, cycle: false), history, history.Newest, BackupLevel.Incremental, hasCheckpoint: true, s_disks));
    }

    [Fact]
    public void What_later_backups_start_from_stays_even_when_that_is_too_much()
    {
        var history = Track([BackupLevel.Full, BackupLevel.Incremental], [true, true], [false, false]);
        Assert.Empty(Dropped(history, BackupLevel.Incremental, hasCheckpoint: false, most: 1));
        Assert.Equal([2], Dropped(history, BackupLevel.Differential, hasCheckpoint: true, most: 1));
        Assert.Equal([1, 2], Dropped(history, BackupLevel.Full, hasCheckpoint: true, most: 1));
    }

    [Fact]
    public void The_newest_good_point_of_a_disk_that_the_new_one_has_not_stays()
    {
        var history = Track(
            [BackupLevel.Full, BackupLevel.Full, BackupLevel.Full], [true, true, true], [false, false, true]);
        Assert.Equal(
            [3, 1], Dropped(history, BackupLevel.Full, hasCheckpoint: true, most: 1, ["vda"]));
    }

    [Fact]
    public void Of_any_track_no_base_goes_no_good_point_before_a_damaged_and_none_without_need() =>
        Prop.ForAll(s_tracks.ToArbitrary(), track =>
        {
            var (history, level, hasCheckpoint, most) = track;
            var dropped = Dropped(history, level, hasCheckpoint, most);
            var left = history.Points.Where(point => !dropped.Contains(point.Sequence)).ToList();

            Assert.Equal(dropped.Distinct(), dropped);
            Assert.True(left.Count + 1 >= Math.Min(most, history.Points.Count + 1), "more than the excess was dropped");
            if (!hasCheckpoint && history.Newest is { } next) Assert.Contains(next, left);
            if (level == BackupLevel.Differential && history.NewestFull is { } full) Assert.Contains(full, left);
            Assert.True(left.Count + 1 <= most || left.Count <= 2, "more stays than the limit and the bases");
            Assert.True(
                dropped.All(s => IsDamaged(history, s)) || !left.Any(point => IsDamaged(history, point.Sequence)),
                "a good point went before a damaged one");
            var oldest = left.Where(point => point.Id != history.Newest?.Id && point.Id != history.NewestFull?.Id)
                .Where(point => !IsDamaged(history, point.Sequence)).Select(point => point.Sequence);
            Assert.True(
                dropped.Where(s => !IsDamaged(history, s)).All(s => oldest.All(stays => s < stays)),
                "a newer point went before an older one");
        }).QuickCheckThrowOnFailure();

    private static bool IsDamaged(TrackHistory history, int sequence) =>
        history.Damaged.Contains(history.Points.Single(point => point.Sequence == sequence).Id);

    private static List<int> Dropped(TrackHistory history, BackupLevel level, bool hasCheckpoint, int most) =>
        Dropped(history, level, hasCheckpoint, most, s_disks);

    private static List<int> Dropped(
        TrackHistory history, BackupLevel level, bool hasCheckpoint, int most, HashSet<string> disks) =>
        [.. TrackLimit.Excess(Request(most, cycle: true), history, history.Newest, level, hasCheckpoint, disks)
            .Select(point => point.Sequence)];

    private static BackupRequest Request(int most, bool cycle) =>
        new() { Domain = "vm", MaxPoints = most, ForceCycle = cycle };

    private static TrackHistory Track(BackupLevel[] levels, bool[] tracked, bool[] damaged)
    {
        var points = levels.Select((level, i) => PointSummary.Of(TestPoints.Make(
            s_domain, i + 1, level,
            tracked[i] && level != BackupLevel.Copy ? $"lvb.0123abcd.default.1.{i + 1}.00ff9a" : null))).ToList();
        return TrackHistory.From(points, "0123abcd", s_domain, "default", [], highestSequence: 0) with
        {
            Damaged = points.Where((_, i) => damaged[i]).Select(point => point.Id).ToHashSet(StringComparer.Ordinal),
        };
    }
}
