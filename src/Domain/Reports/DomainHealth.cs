using System.Globalization;

namespace LibvirtBackup.Reports;

/// <summary>Judges a domain by its points: a pure function of them and the time.</summary>
internal static class DomainHealth
{
    /// <summary>A backup is missed when the newest point is older than this many of the usual intervals.</summary>
    private const int MissedIntervals = 2;

    /// <summary>The usual interval is the median of so many of the newest ones.</summary>
    private const int RecentIntervals = 10;

    /// <summary>Fewer do not tell what is usual.</summary>
    private const int FewestIntervals = 3;

    /// <summary>Points taken by hand within one hour are no schedule.</summary>
    private static readonly TimeSpan s_shortestInterval = TimeSpan.FromHours(1);

    /// <param name="points">The points, oldest first; at least one.</param>
    /// <param name="now">The time.</param>
    internal static (Health Health, IReadOnlyList<string> Reasons) Judge(
        IReadOnlyList<PointReport> points, DateTimeOffset now)
    {
        var reasons = new List<string>();
        var newest = points[^1];
        if (newest.IsDamaged)
            reasons.Add($"the newest point, {newest.Id}, is damaged: take another one, and run 'lvbackup repair'");
        var damaged = points.Count(point => point.IsDamaged) - (newest.IsDamaged ? 1 : 0);
        if (damaged > 0) reasons.Add($"{damaged} older point{(damaged == 1 ? " is" : "s are")} damaged");
        foreach (var track in points.GroupBy(point => point.Track, StringComparer.Ordinal))
            if (Missed([.. track], now) is { } missed)
                reasons.Add($"track '{track.Key}': {missed}");
        reasons.AddRange(newest.Warnings.Select(warning => $"the newest point: {warning}"));
        return (newest.IsDamaged ? Health.Bad : reasons.Count > 0 ? Health.Attention : Health.Good, reasons);
    }

    private static string? Missed(IReadOnlyList<PointReport> points, DateTimeOffset now)
    {
        var age = now - points[^1].Time;
        return UsualInterval(points) is { } usual && age > usual * MissedIntervals
            ? $"no point for {Age(age)}; usually there is one every {Age(usual)}"
            : null;
    }

    private static TimeSpan? UsualInterval(IReadOnlyList<PointReport> points)
    {
        var intervals = points.Zip(points.Skip(1), (before, after) => after.Time - before.Time)
            .TakeLast(RecentIntervals).Order().ToList();
        if (intervals.Count < FewestIntervals) return null;
        var median = intervals[intervals.Count / 2];
        return median < s_shortestInterval ? null : median;
    }

    private static string Age(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} minutes"),
    };
}
