namespace LibvirtBackup.Policies.Calendars;

/// <summary>
/// When something is to be done: times of the day on days of the calendar, in local time. Each time comes once on each
/// of its days: one that the clocks skip comes at the first moment after the gap, one that they repeat comes the first
/// time.
/// </summary>
public sealed class Schedule
{
    // Every pattern has a day in a leap year; what clocks push across midnight needs some more.
    private const int LongestSearch = 366 + 4;

    private readonly DayPattern _days;
    private readonly IReadOnlyList<TimeOnly> _times;

    internal Schedule(string text, DayPattern days, IEnumerable<TimeOnly> times)
    {
        Text = text;
        _days = days;
        _times = [.. times.Distinct().Order()];
    }

    /// <summary>As it was written, such as <c>weekly on sunday at 02:00</c>.</summary>
    public string Text { get; }

    /// <summary>The newest of its moments that is not after another moment.</summary>
    /// <param name="moment">That moment.</param>
    /// <param name="zone">In whose local time the schedule is.</param>
    /// <returns>The moment, UTC.</returns>
    public DateTimeOffset Last(DateTimeOffset moment, TimeZoneInfo zone)
    {
        // What a gap pushes on may lie on the next day, so the search starts there.
        var day = LocalDay(moment, zone).AddDays(1);
        for (var i = 0; i < LongestSearch; i++, day = day.AddDays(-1))
        {
            if (!_days.Has(day)) continue;
            for (var t = _times.Count - 1; t >= 0; t--)
            {
                if (ToUtc(day, _times[t], zone) is var found && found <= moment) return found;
            }
        }

        throw new InvalidOperationException($"'{Text}' has no day within a year");
    }

    /// <summary>The first of its moments that is after another moment.</summary>
    /// <param name="moment">That moment.</param>
    /// <param name="zone">In whose local time the schedule is.</param>
    /// <returns>The moment, UTC.</returns>
    public DateTimeOffset Next(DateTimeOffset moment, TimeZoneInfo zone)
    {
        var day = LocalDay(moment, zone).AddDays(-1);
        for (var i = 0; i < LongestSearch; i++, day = day.AddDays(1))
        {
            if (!_days.Has(day)) continue;
            foreach (var time in _times)
            {
                if (ToUtc(day, time, zone) is var found && found > moment) return found;
            }
        }

        throw new InvalidOperationException($"'{Text}' has no day within a year");
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static DateOnly LocalDay(DateTimeOffset moment, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime);

    private static DateTimeOffset ToUtc(DateOnly day, TimeOnly time, TimeZoneInfo zone)
    {
        var local = day.ToDateTime(time);
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
