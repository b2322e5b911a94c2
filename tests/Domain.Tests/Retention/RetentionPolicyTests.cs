using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;
using LibvirtBackup.Retention;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Retention;

public sealed class RetentionPolicyTests
{
    private static readonly Guid s_domain = new("6695eb01-f6a4-8304-79aa-97f2502e193f");

    private static readonly IReadOnlySet<string> s_none = new HashSet<string>();

    [Fact]
    public void Reasons_name_the_place_that_a_point_fills()
    {
        PointSummary[] points =
            [Taken(1, "2026-11-20T01:30Z"), Taken(2, "2026-11-20T14:05Z"), Taken(3, "2026-11-21T02:00Z")];
        var rules = new RetentionRules
        {
            KeepLast = 1, KeepHourly = 2, KeepDaily = 2, KeepWeekly = 1, KeepMonthly = 1, KeepYearly = 1,
        };
        var decisions = RetentionPolicy.Decide(points, rules, s_none, TimeZoneInfo.Utc);
        Assert.Equal(
            [
                "last 1 of 1", "hourly 2026-11-21 02:00 +00:00", "daily 2026-11-21", "weekly 2026-W47",
                "monthly 2026-11", "yearly 2026", "newest base for an incremental",
            ],
            decisions[0].Reasons);
        Assert.Equal(["hourly 2026-11-20 14:00 +00:00", "daily 2026-11-20"], decisions[1].Reasons);
        Assert.False(decisions[2].Keep);
        Assert.Equal(
            [
                "older than last 1", "older than hourly 2", "daily 2026-11-20 has a newer point",
                "weekly 2026-W47 has a newer point", "monthly 2026-11 has a newer point",
                "yearly 2026 has a newer point",
            ],
            decisions[2].Reasons);
    }

    [Fact]
    public void A_point_of_some_disks_does_not_push_out_the_only_good_one_of_the_others()
    {
        PointSummary[] points =
        [
            Of(Taken(1, "2026-11-18T02:00Z"), "vda", "vdb", "vdc"), Of(Taken(2, "2026-11-19T02:00Z"), "vda", "vdb"),
            Of(Taken(3, "2026-11-20T02:00Z"), "vda", "vdb"), Of(Taken(4, "2026-11-21T02:00Z"), "vda"),
        ];
        var damaged = new HashSet<string> { points[2].Id };

        var decisions = RetentionPolicy.Decide(
            points, new RetentionRules { KeepLast = 1 }, damaged, TimeZoneInfo.Utc);

        Assert.Equal([4, 2, 1], decisions.Where(d => d.Keep).Select(d => d.Point.Sequence));
        Assert.Equal(["newest with disk 'vdb'"], decisions[2].Reasons);
        Assert.Equal(["newest with disk 'vdc'"], decisions[3].Reasons);

        static PointSummary Of(PointSummary point, params string[] disks) =>
            point with { Disks = [.. disks.Select(disk => new PointSummaryDisk(disk, Units.MiB))] };
    }

    [Fact]
    public void Days_are_those_of_the_time_zone()
    {
        var tokyo = TimeZoneInfo.CreateCustomTimeZone("t", TimeSpan.FromHours(9), null, null);
        PointSummary[] points =
            [Taken(1, "2026-11-20T14:00Z"), Taken(2, "2026-11-20T16:00Z")];
        var daily = new RetentionRules { KeepDaily = 5 };
        Assert.Single(RetentionPolicy.Decide(points, daily, s_none, TimeZoneInfo.Utc), d => d.Keep);
        Assert.All(RetentionPolicy.Decide(points, daily, s_none, tokyo), d => Assert.True(d.Keep));
    }

    [Fact]
    public void The_hour_that_comes_twice_when_clocks_go_back_is_two_hours()
    {
        PointSummary[] points =
            [Taken(1, "2026-10-25T00:30Z"), Taken(2, "2026-10-25T01:30Z")];
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var decisions = RetentionPolicy.Decide(points, new RetentionRules { KeepHourly = 2 }, s_none, berlin);
        Assert.All(decisions, d => Assert.True(d.Keep));
    }

    [Fact]
    public void Weeks_begin_on_monday_and_belong_to_the_year_of_their_thursday()
    {
        PointSummary[] points =
            [Taken(1, "2026-12-27T10:00Z"), Taken(2, "2026-12-28T10:00Z"), Taken(3, "2027-01-03T10:00Z")];
        var decisions = RetentionPolicy.Decide(points, new RetentionRules { KeepWeekly = 2 }, s_none, TimeZoneInfo.Utc);
        Assert.Equal([3, 1], decisions.Where(d => d.Keep).Select(d => d.Point.Sequence));
        Assert.Contains("weekly 2026-W53", decisions[0].Reasons);
    }

    [Fact]
    public void The_point_that_the_next_incremental_starts_from_stays()
    {
        PointSummary[] points =
            [Taken(1, "2026-11-18T02:00Z"), Taken(2, "2026-11-19T02:00Z"), Offline(3, "2026-11-20T02:00Z")];
        var decisions = Decide(points, new RetentionRules { KeepLast = 1 });
        Assert.Equal([3, 2], decisions.Where(d => d.Keep).Select(d => d.Point.Sequence));
        Assert.Equal(["newest base for an incremental"], decisions[1].Reasons);
    }

    [Fact]
    public void The_full_of_a_kept_differential_stays()
    {
        PointSummary[] points =
        [
            Taken(1, "2026-11-17T02:00Z", BackupLevel.Full), Taken(2, "2026-11-18T02:00Z", BackupLevel.Full),
            Taken(3, "2026-11-19T02:00Z"), Taken(4, "2026-11-20T02:00Z", BackupLevel.Differential),
        ];
        var decisions = Decide(points, new RetentionRules { KeepLast = 1 });
        Assert.Equal([4, 2], decisions.Where(d => d.Keep).Select(d => d.Point.Sequence));
        Assert.Equal(["newest base for a differential"], decisions[2].Reasons);
    }

    [Fact]
    public void Keeping_the_last_ones_of_a_chain_of_incrementals_keeps_just_these()
    {
        var points = Enumerable.Range(1, 9)
            .Select(i => Taken(i, $"2026-11-0{i}T02:00Z", i == 1 ? BackupLevel.Full : BackupLevel.Incremental));
        var decisions = Decide(points, new RetentionRules { KeepLast = 2 });
        Assert.Equal([9, 8], decisions.Where(d => d.Keep).Select(d => d.Point.Sequence));
    }

    [Fact]
    public void A_damaged_point_takes_no_place_from_a_good_one()
    {
        PointSummary[] points =
            [Taken(1, "2026-11-18T02:00Z"), Taken(2, "2026-11-19T02:00Z"), Taken(3, "2026-11-20T02:00Z")];
        var damaged = new HashSet<string> { points[2].Id};
        var decisions = RetentionPolicy.Decide(points, new RetentionRules { KeepLast = 1 }, damaged, TimeZoneInfo.Utc);
        Assert.Equal([3, 2], decisions.Where(d => d.Keep).Select(d => d.Point.Sequence));
        Assert.Equal(["last, damaged: does not count"], decisions[0].Reasons);
        Assert.Equal(["last 1 of 1", "newest base for an incremental"], decisions[1].Reasons);
    }

    [Fact]
    public void Tracks_and_domains_are_counted_by_themselves()
    {
        var other = new Guid("00000000-0000-0000-0000-000000000001");
        PointSummary[] points =
        [
            Taken(1, "2026-11-18T02:00Z"),
            Taken(2, "2026-11-18T02:00Z") with { Track = "offsite", Id = "a" },
            Taken(3, "2026-11-18T02:00Z") with { DomainUuid = other, Id = "b" },
        ];
        Assert.All(Decide(points, new RetentionRules { KeepLast = 1 }), d => Assert.True(d.Keep));
    }

    [Fact]
    public void No_rule_at_all_is_refused()
    {
        var failure = Assert.Throws<BackupException>(() => Decide([], new RetentionRules()));
        Assert.Equal(FailureKind.Usage, failure.Kind);
        failure = Assert.Throws<BackupException>(() => Decide([], new RetentionRules { KeepLast = 1, KeepDaily = -1 }));
        Assert.Equal(FailureKind.Usage, failure.Kind);
    }

    [Fact]
    public void Only_the_newest_whole_base_of_an_incremental_costs_something_to_remove()
    {
        PointSummary[] points =
            [Taken(1, "2026-11-18T02:00Z"), Taken(2, "2026-11-19T02:00Z"), Offline(3, "2026-11-20T02:00Z")];
        Assert.Equal([false, true, false], Costs(s_none));
        Assert.Equal([true, false, false], Costs(new HashSet<string> { points[1].Id }));

        IEnumerable<bool> Costs(IReadOnlySet<string> damaged) => points.Select(point =>
            RetentionPolicy.CostOfRemoving(point, points, damaged)?.Contains(
                "read everything", StringComparison.Ordinal) == true);
    }

    private static IReadOnlyList<RetentionDecision> Decide(IEnumerable<PointSummary> points, RetentionRules rules) =>
        RetentionPolicy.Decide(points, rules, s_none, TimeZoneInfo.Utc);

    private static PointSummary Taken(int sequence, string time, BackupLevel level = BackupLevel.Incremental) =>
        PointSummary.Of(TestPoints.Make(s_domain, sequence, level, $"lvb.0123abcd.default.1.{sequence}.00ff9a")) with
        {
            Time = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture),
        };

    private static PointSummary Offline(int sequence, string time) =>
        Taken(sequence, time, BackupLevel.Full) with { Checkpoint = null };
}
