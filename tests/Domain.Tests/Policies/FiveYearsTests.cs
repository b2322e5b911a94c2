using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Backups;
using LibvirtBackup.Policies.Planning;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>What policies promise, held over five virtual years with outages and failures.</summary>
public sealed class FiveYearsTests(ITestOutputHelper output)
{
    // Bounded for CI; the seed of FsCheck is new each time and printed with a failure, like the policy's own.
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(8);

    [Fact]
    public void Promised_points_exist_and_space_and_time_stay_bounded()
    {
        var count = 0;
        Prop.ForAll(FiveYears.Any.ToArbitrary(), years =>
        {
            foreach (var domain in new[] { PolicySamples.Web, PolicySamples.Db })
            {
                EveryTimeOnTheCalendarIsFulfilled(years, domain);
                NothingIsDoneTwice(years, domain);
                PointsThatTheRulesPromiseAreThere(years, domain);
            }

            SpaceIsBounded(years);
            count += years.Result.Tasks.Count;
        }).Check(s_config);
        output.WriteLine($"{s_config.MaxTest} policies, {count} tasks");
        Assert.True(count > 8 * 200);
    }

    // Each level's time has, before its next one, a point of that level or a stronger one; or all attempts failed, and
    // there were as many as the policy allows; or the host was off.
    private static void EveryTimeOnTheCalendarIsFulfilled(FiveYears years, PolicyDomain domain)
    {
        var attempts = years.Attempts(domain).ToList();
        var (policy, zone) = (years.Policy, years.Policy.Zone);
        foreach (var (level, schedule) in policy.Calendar.Entries)
        {
            var slot = schedule.Next(attempts[0].Time, zone);
            for (var next = schedule.Next(slot, zone); next < attempts[^1].Time; next = schedule.Next(slot, zone))
            {
                var within = attempts.Where(t => t.Time >= slot && t.Time < next).ToList();
                if (!within.Exists(t => t.Outcome == TaskOutcome.Done && Rank(t.Task.Level) >= Rank(level)))
                {
                    Assert.All(within, t => Assert.NotEqual(TaskOutcome.Done, t.Outcome));
                    var hasTime = !years.IsOff(slot, next)
                        && next - slot > policy.Retry.After * policy.Retry.Attempts;
                    Assert.True(
                        !hasTime || within.Count >= policy.Retry.Attempts,
                        $"{domain.Name}: {within.Count} attempts at {level} of {slot:u} ({schedule.Text})");
                }

                slot = next;
            }
        }
    }

    // Attempts are limited by the calendar: so many per time, and one success per time.
    private static void NothingIsDoneTwice(FiveYears years, PolicyDomain domain)
    {
        foreach (var occasion in years.Attempts(domain).GroupBy(t => t.Task.Occasion))
        {
            Assert.True(occasion.Count() <= years.Policy.Retry.Attempts, $"{occasion.Count()} attempts");
            Assert.True(occasion.Count(t => t.Outcome == TaskOutcome.Done) <= 1, "two points for one time");
        }
    }

    // Whatever was pruned on the way: the newest point of each of the last periods that have one.
    private static void PointsThatTheRulesPromiseAreThere(FiveYears years, PolicyDomain domain)
    {
        var kept = years.Result.Points.Where(d => d.Keep && d.Point.DomainUuid == domain.Uuid)
            .Select(d => d.Point.Time).ToHashSet();
        var taken = years.Attempts(domain).Where(t => t.Outcome == TaskOutcome.Done)
            .Select(t => TimeZoneInfo.ConvertTime(t.Time, years.Policy.Zone)).ToList();
        var rules = years.Policy.Retention!;
        Holds(rules.KeepDaily, t => t.Date);
        Holds(rules.KeepWeekly, t => t.Date.AddDays(-(((int)t.DayOfWeek + 6) % 7)));
        Holds(rules.KeepMonthly, t => (t.Year, t.Month));
        Holds(rules.KeepYearly, t => t.Year);

        void Holds(int count, Func<DateTimeOffset, object> period)
        {
            foreach (var promised in taken.GroupBy(period).Select(group => group.Max()).OrderDescending().Take(count))
                Assert.Contains(promised, kept);
        }
    }

    private static void SpaceIsBounded(FiveYears years)
    {
        var rules = years.Policy.Retention!;
        // Two bases besides, of each of two domains.
        var most = 2 * (rules.KeepDaily + rules.KeepWeekly + rules.KeepMonthly + rules.KeepYearly + 2);
        var there = 0;
        foreach (var task in years.Result.Tasks.Where(t => t.Task.Kind == PolicyTaskKind.Backup))
        {
            if (task.Outcome == TaskOutcome.Done) there++;
            there -= task.Removed.Count;
            Assert.True(there <= most, $"{there} points at {task.Time:u}, at most {most}");
        }
    }

    private static int Rank(BackupLevel? level) => level switch
    {
        BackupLevel.Full => 3,
        BackupLevel.Differential => 2,
        _ => 1,
    };
}
