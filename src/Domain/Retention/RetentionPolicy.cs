using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Retention;

/// <summary>
/// Which points stay, and why: a pure function of the points, the rules and the time zone. The newest good point of
/// each track always stays, and that of each of its disks; so does the newest with a checkpoint, and the newest
/// full with one as long as the track keeps a differential of it: the next backup starts from them, unless the
/// domain was restored from an older point since, which only its host knows. Then, and without them, it reads
/// everything; nothing else is lost.
/// </summary>
internal static class RetentionPolicy
{
    private const string IncrementalBase = "newest base for an incremental";
    private const string DifferentialBase = "newest base for a differential";

    /// <summary>Decides on all points, each track of each domain by itself.</summary>
    /// <param name="points">The points, in any order.</param>
    /// <param name="rules">What to keep.</param>
    /// <param name="damaged">
    /// Ids of points that are known not to restore. They never take the place of a good one.
    /// </param>
    /// <param name="zone">In whose hours, days and weeks the rules count.</param>
    /// <returns>A decision per point: by domain and track, and there from the newest to the oldest.</returns>
    /// <exception cref="BackupException">Usage: no rule keeps anything.</exception>
    public static IReadOnlyList<RetentionDecision> Decide(
        IEnumerable<PointSummary> points, RetentionRules rules, IReadOnlySet<string> damaged, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(damaged);
        ArgumentNullException.ThrowIfNull(zone);
        rules.Validate();
        return [.. points
            .GroupBy(point => (point.DomainUuid, point.Track))
            .OrderBy(track => track.Key.DomainUuid)
            .ThenBy(track => track.Key.Track, StringComparer.Ordinal)
            .SelectMany(track => DecideTrack([.. NewestFirst(track)], rules, damaged, zone))];
    }

    /// <summary>What removing a point costs, for people; null when it costs nothing as far as the points tell: the
    /// base of a domain that was restored from an older point is known to its host only.</summary>
    /// <param name="point">The point.</param>
    /// <param name="all">All points of the repository, or of its track.</param>
    /// <param name="damaged">Ids of points that are known not to restore, and so are no base.</param>
    public static string? CostOfRemoving(
        PointSummary point, IEnumerable<PointSummary> all, IReadOnlySet<string> damaged)
    {
        ArgumentNullException.ThrowIfNull(point);
        var track = TrackHistory.From(
            all, point.RepositoryId, point.DomainUuid, point.Track, [], highestSequence: 0) with
        {
            Damaged = damaged,
        };
        return track.Newest?.Id == point.Id
            ? $"the next backup of '{point.Domain}' (track '{point.Track}') may have to read everything: "
                + $"{point.Id} is the newest that an incremental can start from"
            : null;
    }

    private static IOrderedEnumerable<PointSummary> NewestFirst(IEnumerable<PointSummary> track) => track
        .OrderByDescending(point => point.Time)
        .ThenByDescending(point => point.Sequence)
        .ThenByDescending(point => point.Id, StringComparer.Ordinal);

    private static IEnumerable<RetentionDecision> DecideTrack(
        IReadOnlyList<PointSummary> points, RetentionRules rules, IReadOnlySet<string> damaged, TimeZoneInfo zone)
    {
        var slots = SlotsOf(rules);
        var verdicts = points.Select(point =>
        {
            var time = TimeZoneInfo.ConvertTime(point.Time, zone);
            var isDamaged = damaged.Contains(point.Id);
            return slots.Select(rule => rule.Judge(point.Id, time, isDamaged)).ToList();
        }).ToList();
        var kept = points.Zip(verdicts)
            .ToDictionary(pair => pair.First.Id, pair => ReasonsOf(pair.Second, keep: true), StringComparer.Ordinal);
        AddBases(points, kept, damaged);
        AddDisks(points, kept, damaged);
        foreach (var (point, verdict) in points.Zip(verdicts))
        {
            var reasons = kept[point.Id];
            yield return reasons.Count > 0
                ? new RetentionDecision(point, Keep: true, reasons)
                : new RetentionDecision(point, Keep: false, ReasonsOf(verdict, keep: false));
        }
    }

    private static List<RetentionSlots> SlotsOf(RetentionRules rules) =>
        [.. new (RetentionPeriod? Period, int Count)[]
        {
            (null, rules.KeepLast), (RetentionPeriod.Hour, rules.KeepHourly), (RetentionPeriod.Day, rules.KeepDaily),
            (RetentionPeriod.Week, rules.KeepWeekly), (RetentionPeriod.Month, rules.KeepMonthly),
            (RetentionPeriod.Year, rules.KeepYearly),
        }.Where(rule => rule.Count > 0).Select(rule => new RetentionSlots(rule.Period, rule.Count))];

    private static List<string> ReasonsOf(IEnumerable<(bool Keep, string Reason)> verdict, bool keep) =>
        [.. verdict.Where(rule => rule.Keep == keep).Select(rule => rule.Reason)];

    // A backup takes no point that is known to be damaged for a base.
    private static void AddBases(
        IEnumerable<PointSummary> points, Dictionary<string, List<string>> kept, IReadOnlySet<string> damaged)
    {
        var bases = points.Where(point => point.Checkpoint is not null && !damaged.Contains(point.Id))
            .OrderByDescending(point => point.Sequence).ToList();
        if (bases.FirstOrDefault() is { } newest) kept[newest.Id].Add(IncrementalBase);
        if (bases.Find(point => point.Level == BackupLevel.Full) is { } full
            && points.Any(point => point.Level == BackupLevel.Differential && point.Sequence > full.Sequence
                && kept[point.Id].Count > 0))
            kept[full.Id].Add(DifferentialBase);
    }

    /// <summary>
    /// A point of some disks (<c>backup --disk</c>) must not push out the only one that has the others. That of a disk
    /// that the domain has no more stays until somebody forgets it.
    /// </summary>
    private static void AddDisks(
        IReadOnlyList<PointSummary> points, Dictionary<string, List<string>> kept, IReadOnlySet<string> damaged)
    {
        foreach (var disk in points.SelectMany(point => point.Disks.Select(disk => disk.Name)).Distinct())
            if (points.FirstOrDefault(point => !damaged.Contains(point.Id) && point.Disks.Any(d => d.Name == disk))
                is { } newest && kept[newest.Id].Count == 0)
                kept[newest.Id].Add($"newest with disk '{disk}'");
    }
}
