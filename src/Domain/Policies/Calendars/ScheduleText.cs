using System.Globalization;
using System.Text.RegularExpressions;

namespace LibvirtBackup.Policies.Calendars;

/// <summary>Schedules as people write them.</summary>
internal static partial class ScheduleText
{
    /// <summary>What can be written; the published JSON schema has the same.</summary>
    internal const string Pattern =
        "^(hourly|every (1|2|3|4|6|8|12) hours|(daily"
        + "|weekly on (" + Weekday + ")(, (" + Weekday + "))*"
        + "|monthly on (day ([1-9]|[12][0-9]|3[01])|last day|(first|second|third|fourth|last) (" + Weekday + "))"
        + "|yearly on (" + Month + ") ([1-9]|[12][0-9]|3[01])) at " + Time + "(, " + Time + ")*)$";

    /// <summary>Examples for messages.</summary>
    internal const string Examples =
        "'daily at 02:00', 'weekly on sunday at 02:00', 'monthly on day 1 at 02:00', 'monthly on first sunday at "
        + "02:00' or 'every 4 hours'";

    private const string Weekday = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";

    private const string Month =
        "january|february|march|april|may|june|july|august|september|october|november|december";

    private const string Time = "([01][0-9]|2[0-3]):[0-5][0-9]";

    private static readonly string[] s_places = ["last", "first", "second", "third", "fourth"];

    private static readonly DayPattern s_everyDay = new DayPattern.Daily();

    /// <summary>Reads a schedule; null when the text is none.</summary>
    internal static Schedule? TryParse(string text)
    {
        // '$' takes a line feed at the end for none.
        if (!Whole().IsMatch(text) || text.EndsWith('\n')) return null;
        if (text == "hourly") return EveryHours(text, 1);
        var words = text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (words[0] == "every") return EveryHours(text, Number(words[1]));
        var at = Array.IndexOf(words, "at");
        var times = words[(at + 1)..].Select(t => TimeOnly.ParseExact(t, "HH:mm", CultureInfo.InvariantCulture));
        return new Schedule(text, DaysOf(words[..at]), times);
    }

    private static DayPattern DaysOf(string[] words) => words switch
    {
        ["weekly", _, .. var days] => new DayPattern.Weekly(days.Select(DayOf).ToHashSet()),
        ["monthly", _, "day", var day] => new DayPattern.Monthly(Number(day)),
        ["monthly", _, "last", "day"] => new DayPattern.Monthly(31),
        ["monthly", _, var place, var day] =>
            new DayPattern.MonthlyWeekday(Array.IndexOf(s_places, place), DayOf(day)),
        ["yearly", _, var month, var day] =>
            new DayPattern.Yearly(Array.IndexOf(Month.Split('|'), month) + 1, Number(day)),
        _ => s_everyDay,
    };

    private static Schedule EveryHours(string text, int hours) => new(
        text, s_everyDay, Enumerable.Range(0, 24 / hours).Select(i => new TimeOnly(i * hours, 0)));

    private static DayOfWeek DayOf(string word) => Enum.Parse<DayOfWeek>(word, ignoreCase: true);

    private static int Number(string word) => int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Whole();
}
