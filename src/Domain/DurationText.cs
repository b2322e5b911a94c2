using System.Globalization;

namespace LibvirtBackup;

/// <summary>Durations as people write them: <c>90s</c>, <c>10m</c>, <c>1h30m</c>, <c>7d</c>, <c>2w</c>.</summary>
internal static class DurationText
{
    private static readonly (char Unit, long Seconds)[] s_units =
        [('w', 7 * 86_400), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">Numbers with units from large to small, each unit once at most; no sign, no fraction.</param>
    /// <param name="duration">The duration.</param>
    /// <returns>False when the text is no duration or does not fit.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan();
        var next = 0;
        var seconds = 0L;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0
                || !long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            var unit = next;
            while (unit < s_units.Length && s_units[unit].Unit != rest[digits])
                unit++;
            if (unit == s_units.Length || number > (long)TimeSpan.MaxValue.TotalSeconds / s_units[unit].Seconds)
                return false;

            seconds += number * s_units[unit].Seconds;
            if (seconds > (long)TimeSpan.MaxValue.TotalSeconds)
                return false;
            next = unit + 1;
            rest = rest[(digits + 1)..];
        }

        duration = TimeSpan.FromSeconds(seconds);
        return text.Length > 0;
    }

    /// <summary>The duration in the form that <see cref="TryParse"/> reads; parts of a second are dropped.</summary>
    /// <param name="duration">The duration, not negative.</param>
    public static string Format(TimeSpan duration)
    {
        var rest = (long)duration.TotalSeconds;
        var text = "";
        foreach (var (unit, size) in s_units)
        {
            if (rest / size is var count and > 0)
                text += $"{count}{unit}";
            rest %= size;
        }

        return text.Length == 0 ? "0s" : text;
    }
}
