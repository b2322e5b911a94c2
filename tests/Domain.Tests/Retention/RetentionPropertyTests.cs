using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;
using LibvirtBackup.Retention;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Retention;

/// <summary>What retention promises, held against points at random times in a zone that changes its clocks.</summary>
public sealed class RetentionPropertyTests
{
    private static readonly TimeZoneInfo s_zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    private static readonly Gen<RestorePoint[]> s_points = Gen.Choose(0, 40).SelectMany(
        count => Gen.CollectToArray<int, RestorePoint>(Enumerable.Range(1, count), Point));

    private static readonly Gen<RetentionRules> s_rules =
        from last in Gen.Choose(0, 3)
        from hourly in Gen.Choose(0, 3)
        from daily in Gen.Choose(0, 3)
        from weekly in Gen.Choose(0, 3)
        from monthly in Gen.Choose(0, 3)
        from yearly in Gen.Choose(0, 3)
        where last + hourly + daily + weekly + monthly + yearly > 0
        select new RetentionRules
        {
            KeepLast = last, KeepHourly = hourly, KeepDaily = daily,
            KeepWeekly = weekly, KeepMonthly = monthly, KeepYearly = yearly,
        };

    [Fact]
    public void Every_rule_keeps_the_newest_good_point_of_as_many_periods_as_it_says() => ForAll((points, rules) =>
    {
        var kept = Kept(points, rules);
        foreach (var track in points.Where(p => !IsDamaged(p)).GroupBy(p => (p.DomainUuid, p.Track)))
        {
            void Holds(int count, Func<DateTimeOffset, object> period)
            {
                var promised = track.GroupBy(p => period(TimeZoneInfo.ConvertTime(p.Time, s_zone)))
                    .Select(group => group.MaxBy(p => (p.Time, p.Sequence))!)
                    .OrderByDescending(p => p.Time).Take(count);
                foreach (var point in promised) Assert.Contains(point.Id, kept);
            }

            Holds(rules.KeepHourly, t => (t.Date, t.Hour, t.Offset));
            Holds(rules.KeepDaily, t => t.Date);
            Holds(rules.KeepWeekly, t => t.Date.AddDays(-(((int)t.DayOfWeek + 6) % 7)));
            Holds(rules.KeepMonthly, t => (t.Year, t.Month));
            Holds(rules.KeepYearly, t => t.Year);
            foreach (var point in track.OrderByDescending(p => (p.Time, p.Sequence)).Take(rules.KeepLast))
                Assert.Contains(point.Id, kept);
            Assert.Contains(track.MaxBy(p => (p.Time, p.Sequence))!.Id, kept);
        }
    });

    [Fact]
    public void No_more_is_kept_than_the_rules_the_bases_and_damage_account_for() => ForAll((points, rules) =>
    {
        var places = rules.KeepLast + rules.KeepHourly + rules.KeepDaily + rules.KeepWeekly + rules.KeepMonthly
            + rules.KeepYearly;
        foreach (var track in points.GroupBy(p => (p.DomainUuid, p.Track)))
            Assert.True(Kept(track, rules).Count(id => track.Any(p => p.Id == id && !IsDamaged(p))) <= places + 2);
    });

    [Fact]
    public void To_prune_twice_is_to_prune_once() => ForAll((points, rules) =>
    {
        var kept = Kept(points, rules);
        Assert.Equal(kept, Kept(points.Where(p => kept.Contains(p.Id)), rules));
    });

    [Fact]
    public void One_more_rule_or_place_never_removes_a_point() =>
        Prop.ForAll(s_points.ToArbitrary(), s_rules.ToArbitrary(), s_rules.ToArbitrary(), (points, rules, more) =>
        {
            var both = new RetentionRules
            {
                KeepLast = rules.KeepLast + more.KeepLast,
                KeepHourly = rules.KeepHourly + more.KeepHourly,
                KeepDaily = rules.KeepDaily + more.KeepDaily,
                KeepWeekly = rules.KeepWeekly + more.KeepWeekly,
                KeepMonthly = rules.KeepMonthly + more.KeepMonthly,
                KeepYearly = rules.KeepYearly + more.KeepYearly,
            };
            Assert.Subset(Kept(points, both), Kept(points, rules));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_the_points_does_not_matter() => ForAll((points, rules) =>
        Assert.Equal(
            Decide(points, rules).Select(d => (d.Point.Id, d.Keep, string.Join('|', d.Reasons))),
            Decide(points.OrderBy(p => p.Level).ThenByDescending(p => p.Time), rules)
                .Select(d => (d.Point.Id, d.Keep, string.Join('|', d.Reasons)))));

    [Fact]
    public void Every_decision_has_reasons_and_every_point_one_decision() => ForAll((points, rules) =>
    {
        var decisions = Decide(points, rules);
        Assert.All(decisions, d => Assert.NotEmpty(d.Reasons));
        Assert.Equal(points.Select(p => p.Id).Order(), decisions.Select(d => d.Point.Id).Order());
    });

    private static void ForAll(Action<RestorePoint[], RetentionRules> property) =>
        Prop.ForAll(s_points.ToArbitrary(), s_rules.ToArbitrary(), property).QuickCheckThrowOnFailure();

    private static HashSet<string> Kept(IEnumerable<RestorePoint> points, RetentionRules rules) =>
        [.. Decide(points, rules).Where(d => d.Keep).Select(d => d.Point.Id)];

    private static IReadOnlyList<RetentionDecision> Decide(IEnumerable<RestorePoint> points, RetentionRules rules)
    {
        var all = points.ToList();
        var damaged = all.Where(IsDamaged).Select(p => p.Id).ToHashSet();
        return RetentionPolicy.Decide(all.Select(PointSummary.Of), rules, damaged, s_zone);
    }

    private static bool IsDamaged(RestorePoint point) => point.MadeBy == "damaged";

    // Around a change of clocks, the end of a year, or anywhere within three years.
    private static Gen<RestorePoint> Point(int sequence) =>
        from around in Gen.Elements("2026-10-25T00:00Z", "2026-12-31T22:00Z", "2027-06-01T00:00Z")
        from minutes in Gen.OneOf(Gen.Choose(-300, 300), Gen.Choose(-20_000, 20_000), Gen.Choose(-800_000, 800_000))
        from level in Gen.Elements(BackupLevel.Full, BackupLevel.Incremental, BackupLevel.Differential)
        from hasCheckpoint in Gen.Elements(true, true, false)
        from isDamaged in Gen.Elements(false, false, false, false, true)
        from track in Gen.Elements("default", "default", "offsite")
        from domain in Gen.Elements(Guid.Empty, Guid.AllBitsSet)
        select TestPoints.Make(domain, sequence, level, hasCheckpoint ? $"c{sequence}" : null) with
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"point-{sequence}"),
            Track = track,
            Time = DateTimeOffset.Parse(around, CultureInfo.InvariantCulture).AddMinutes(minutes),
            MadeBy = isDamaged ? "damaged" : "test",
        };
}
