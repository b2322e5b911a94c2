namespace LibvirtBackup.Policies.Calendars;

/// <summary>
/// Days of the calendar. A day that a month lacks (the 31st) is its last one, so no month is left out.
/// </summary>
internal abstract record DayPattern
{
    private DayPattern()
    {
    }

    /// <summary>Whether a day is one of them.</summary>
    internal abstract bool Has(DateOnly day);

    private static DateOnly InMonth(int year, int month, int day) =>
        new(year, month, Math.Min(day, DateTime.DaysInMonth(year, month)));

    /// <summary>Every day.</summary>
    internal sealed record Daily : DayPattern
    {
        internal override bool Has(DateOnly day) => true;
    }

    /// <summary>Days of the week.</summary>
    internal sealed record Weekly(IReadOnlySet<DayOfWeek> Days) : DayPattern
    {
        internal override bool Has(DateOnly day) => Days.Contains(day.DayOfWeek);
    }

    /// <summary>A day of every month, 1 to 31.</summary>
    internal sealed record Monthly(int Day) : DayPattern
    {
        internal override bool Has(DateOnly day) => day == InMonth(day.Year, day.Month, Day);
    }

    /// <summary>A weekday's first to fourth (1 to 4) or last (0) day in every month.</summary>
    internal sealed record MonthlyWeekday(int Place, DayOfWeek Weekday) : DayPattern
    {
        internal override bool Has(DateOnly day) => day.DayOfWeek == Weekday && (Place == 0
            ? day.AddDays(7).Month != day.Month
            : (day.Day - 1) / 7 + 1 == Place);
    }

    /// <summary>A day of every year.</summary>
    internal sealed record Yearly(int Month, int Day) : DayPattern
    {
        internal override bool Has(DateOnly day) => day == InMonth(day.Year, Month, Day);
    }
}
