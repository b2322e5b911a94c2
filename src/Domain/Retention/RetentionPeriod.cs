using System.Globalization;

namespace LibvirtBackup.Retention;

/// <summary>A span of local time of which the newest point may be kept.</summary>
/// <param name="Name">As in <c>daily 2026-11-20</c>.</param>
/// <param name="KeyOf">The span that a local time lies in; a text that no other span has.</param>
internal sealed record RetentionPeriod(string Name, Func<DateTimeOffset, string> KeyOf)
{
    // With the distance to UTC: when clocks go back, the same hour is there twice.
    internal static RetentionPeriod Hour { get; } = new("hourly", Formatted("yyyy-MM-dd HH:00 zzz"));

    internal static RetentionPeriod Day { get; } = new("daily", Formatted("yyyy-MM-dd"));

    internal static RetentionPeriod Week { get; } = new("weekly", IsoWeek);

    internal static RetentionPeriod Month { get; } = new("monthly", Formatted("yyyy-MM"));

    internal static RetentionPeriod Year { get; } = new("yearly", Formatted("yyyy"));

    private static string IsoWeek(DateTimeOffset time)
    {
        var (year, week) = (ISOWeek.GetYear(time.DateTime), ISOWeek.GetWeekOfYear(time.DateTime));
        return string.Create(CultureInfo.InvariantCulture, $"{year:0000}-W{week:00}");
    }

    private static Func<DateTimeOffset, string> Formatted(string format) =>
        time => time.ToString(format, CultureInfo.InvariantCulture);
}
