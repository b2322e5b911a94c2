namespace LibvirtBackup.Retention;

/// <summary>
/// One rule at work on one track: it is shown the points from the newest to the oldest, and keeps those that fill a
/// free place.
/// </summary>
/// <param name="period">What a place stands for, or null: for a point.</param>
/// <param name="count">The number of places.</param>
internal sealed class RetentionSlots(RetentionPeriod? period, int count)
{
    private readonly HashSet<string> _filled = new(StringComparer.Ordinal);

    private string Name => period?.Name ?? "last";

    /// <param name="id">The point.</param>
    /// <param name="time">Its local time.</param>
    /// <param name="damaged">
    /// True when it is known not to restore: it stays as long as it would if it were whole, for it may yet be
    /// repaired, but never takes the place of a good one.
    /// </param>
    internal (bool Keep, string Reason) Judge(string id, DateTimeOffset time, bool damaged)
    {
        var place = period?.KeyOf(time) ?? id;
        if (_filled.Contains(place)) return (false, $"{Name} {place} has a newer point");
        if (_filled.Count == count) return (false, $"older than {Name} {count}");
        if (damaged) return (true, $"{Name}, damaged: does not count");
        _filled.Add(place);
        return (true, period is null ? $"{Name} {_filled.Count} of {count}" : $"{Name} {place}");
    }
}
