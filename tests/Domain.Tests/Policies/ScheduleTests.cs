using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Policies.Calendars;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>Calendars, also where clocks change.</summary>
public sealed class ScheduleTests
{
    [Theory]
    [InlineData("daily at 02:00", "2026-11-22 01:59", "2026-11-21 02:00 +01", "2026-11-22 02:00 +01")]
    [InlineData("daily at 02:00", "2026-11-22 02:00", "2026-11-22 02:00 +01", "2026-11-23 02:00 +01")]
    [InlineData("daily at 14:00, 02:00", "2026-11-22 12:00", "2026-11-22 02:00 +01", "2026-11-22 14:00 +01")]
    [InlineData("weekly on sunday at 02:00", "2026-11-21 12:00", "2026-11-15 02:00 +01", "2026-11-22 02:00 +01")]
    [InlineData("weekly on monday, thursday at 02:00", "2026-11-21 12:00", "2026-11-19 02:00 +01",
        "2026-11-23 02:00 +01")]
    [InlineData("monthly on day 1 at 02:00", "2026-11-21 12:00", "2026-11-01 02:00 +01", "2026-12-01 02:00 +01")]
    [InlineData("monthly on day 31 at 02:00", "2027-02-28 12:00", "2027-02-28 02:00 +01", "2027-03-31 02:00 +02")]
    [InlineData("monthly on last day at 02:00", "2026-11-21 12:00", "2026-10-31 02:00 +01", "2026-11-30 02:00 +01")]
    [InlineData("monthly on first sunday at 02:00", "2026-11-21 12:00", "2026-11-01 02:00 +01", "2026-12-06 02:00 +01")]
    [InlineData("monthly on last friday at 02:00", "2026-11-21 12:00", "2026-10-30 02:00 +01", "2026-11-27 02:00 +01")]
    [InlineData("yearly on february 29 at 02:00", "2026-11-21 12:00", "2026-02-28 02:00 +01", "2027-02-28 02:00 +01")]
    [InlineData("every 6 hours", "2026-11-21 12:30", "2026-11-21 12:00 +01", "2026-11-21 18:00 +01")]
    [InlineData("hourly", "2026-11-21 12:30", "2026-11-21 12:00 +01", "2026-11-21 13:00 +01")]
    public void A_schedule_has_a_last_and_a_next_time(string text, string now, string last, string next)
    {
        var schedule = ScheduleText.TryParse(text)!;
        Assert.Equal(last, PolicySamples.Local(schedule.Last(PolicySamples.At(now), PolicySamples.Berlin)));
        Assert.Equal(next, PolicySamples.Local(schedule.Next(PolicySamples.At(now), PolicySamples.Berlin)));
    }

    [Fact]
    public void A_time_that_the_clocks_skip_comes_right_after_the_gap() => Assert.Equal(
        "2026-03-29 03:00 +02",
        PolicySamples.Local(ScheduleText.TryParse("daily at 02:30")!
            .Next(PolicySamples.At("2026-03-28 12:00"), PolicySamples.Berlin)));

    [Fact]
    public void A_time_that_the_clocks_repeat_comes_once()
    {
        var schedule = ScheduleText.TryParse("daily at 02:30")!;
        var first = schedule.Next(PolicySamples.At("2026-10-24 12:00"), PolicySamples.Berlin);
        Assert.Equal("2026-10-25 02:30 +02", PolicySamples.Local(first));
        Assert.Equal("2026-10-26 02:30 +01", PolicySamples.Local(schedule.Next(first, PolicySamples.Berlin)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("daily")]
    [InlineData("daily at 24:00")]
    [InlineData("daily at 2:00")]
    [InlineData("every 5 hours")]
    [InlineData("weekly on sundays at 02:00")]
    [InlineData("monthly on day 32 at 02:00")]
    [InlineData("0 2 * * *")]
    [InlineData("daily at 02:00\n")]
    public void What_is_no_schedule_is_refused(string text) => Assert.Null(ScheduleText.TryParse(text));

    [Fact]
    public void Nothing_lies_between_a_last_time_and_the_next() => Prop.ForAll(
        Gen.Elements("daily at 02:30", "hourly", "weekly on sunday at 02:00, 03:00", "monthly on day 31 at 23:59",
            "monthly on last sunday at 02:30", "yearly on march 29 at 02:30").ToArbitrary(),
        Gen.Choose(0, 3 * 366 * 24 * 60).ToArbitrary(),
        (text, minutes) =>
        {
            var schedule = ScheduleText.TryParse(text)!;
            var now = DateTimeOffset.UnixEpoch.AddYears(56).AddMinutes(minutes);
            var (last, next) = (schedule.Last(now, PolicySamples.Berlin), schedule.Next(now, PolicySamples.Berlin));
            Assert.True(last <= now && now < next);
            Assert.Equal(next, schedule.Next(last, PolicySamples.Berlin));
            Assert.Equal(last, schedule.Last(next.AddTicks(-1), PolicySamples.Berlin));
        }).QuickCheckThrowOnFailure();
}
