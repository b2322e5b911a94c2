using LibvirtBackup.Backups;
using LibvirtBackup.Policies.Calendars;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Policies.Planning;

/// <summary>
/// What is due and why: a pure function of the policy, its history and the time. A time on the calendar is fulfilled by
/// a good point of its level, or of a stronger one, that was taken since; so what was missed is made up once, however
/// often it was missed. Attempts count for the newest time on the calendar.
/// </summary>
internal static class PolicyPlanner
{
    /// <summary>Decides on all tasks.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="history">What there is, and what was tried.</param>
    /// <param name="now">The time.</param>
    /// <returns>A decision per task: backups in the order of the domains, then the checks.</returns>
    public static IReadOnlyList<PolicyDecision> Decide(Policy policy, PolicyHistory history, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(history);
        var points = PointsOf(policy, history);
        var decisions = new List<PolicyDecision>();
        foreach (var domain in history.Domains)
        {
            var backup = DecideBackup(policy, history, domain, [.. points[domain.Uuid]], now);
            decisions.Add(Apply(policy, history, now, backup));
        }

        var oldest = history.Domains.SelectMany(domain => points[domain.Uuid]).MinBy(point => point.Time)?.Time;
        var checks = policy.Verification;
        AddCheck(PolicyTaskKind.Verify, null, checks.Full, oldest);
        AddCheck(PolicyTaskKind.Sample, null, checks.Sample, oldest);
        foreach (var domain in history.Domains)
        {
            AddCheck(
                PolicyTaskKind.TestRestore, domain, checks.TestRestore, points[domain.Uuid].MinBy(p => p.Time)?.Time);
        }

        return decisions;

        void AddCheck(PolicyTaskKind kind, PolicyDomain? domain, Schedule? schedule, DateTimeOffset? since)
        {
            if (schedule is null) return;
            var decision = DecideCheck(policy, history, kind, domain, schedule, since, now);
            decisions.Add(Apply(policy, history, now, decision));
        }
    }

    /// <summary>The good points of the policy's domains on its track, by domain.</summary>
    internal static ILookup<Guid, PointSummary> PointsOf(Policy policy, PolicyHistory history) => history.Points
        .Where(point => point.Track == policy.Backup.Track && point.Level != BackupLevel.Copy
            && !history.Damaged.Contains(point.Id))
        .ToLookup(point => point.DomainUuid);

    private static PolicyDecision DecideBackup(
        Policy policy, PolicyHistory history, PolicyDomain domain, List<PointSummary> points, DateTimeOffset now)
    {
        // Retention may have removed what fulfilled a time.
        var taken = (history.Notes.Find(PolicyTaskKind.Backup, domain.Uuid)?.Taken ?? [])
            .Where(past => points.Count > 0 && !history.Damaged.Contains(past.Point))
            .Select(past => (past.Level, past.Time))
            .Concat(points.Select(point => (point.Level, point.Time))).ToList();
        var entries = policy.Calendar.Entries.ToList();
        var decision = new PolicyDecision
        {
            Kind = PolicyTaskKind.Backup,
            Domain = domain,
            Occasion = entries.Max(entry => entry.Schedule.Last(now, policy.Zone)),
            Next = entries.Min(entry => entry.Schedule.Next(now, policy.Zone)),
            IsDue = false,
            Reason = "",
        };
        foreach (var (level, schedule) in entries)
        {
            var slot = schedule.Last(now, policy.Zone);
            var fitting = taken.Where(past => IsAtLeast(past.Level, level)).Select(past => past.Time).ToList();
            if (fitting.Exists(time => time >= slot)) continue;
            var real = level == BackupLevel.Differential && !points.Any(point => point.Level == BackupLevel.Full)
                || points.Count == 0 ? BackupLevel.Full : level;
            return decision with
            {
                IsDue = true,
                Level = real,
                Reason = (points.Count == 0 ? "the first of the track; " : "")
                    + ReasonOf(
                        schedule, slot, fitting.Count > 0 ? fitting.Max() : null, now, policy.Zone)
                    + (real != level && points.Count > 0 ? ", as a full, for the track has none" : ""),
            };
        }

        return decision with { Reason = $"next {When(decision.Next, policy.Zone)}" };
    }

    private static PolicyDecision DecideCheck(
        Policy policy, PolicyHistory history, PolicyTaskKind kind, PolicyDomain? domain, Schedule schedule,
        DateTimeOffset? since, DateTimeOffset now)
    {
        var slot = schedule.Last(now, policy.Zone);
        var done = history.Notes.Find(kind, domain?.Uuid)?.Completed;
        // Who reads everything has read the sample.
        if (kind == PolicyTaskKind.Sample && history.Notes.Find(PolicyTaskKind.Verify, null)?.Completed is { } all
            && !(all <= done))
            done = all;
        var next = schedule.Next(now, policy.Zone);
        // What there was nothing to check for was not missed.
        var isDue = since <= slot && !(done >= slot);
        return new PolicyDecision
        {
            Kind = kind,
            Domain = domain,
            Occasion = slot,
            IsDue = isDue,
            Next = next,
            Reason = isDue ? ReasonOf(schedule, slot, done ?? since, now, policy.Zone)
                : $"next {When(next, policy.Zone)}",
        };
    }

    /// <summary>Holds back what was tried often enough, or just now.</summary>
    private static PolicyDecision Apply(
        Policy policy, PolicyHistory history, DateTimeOffset now, PolicyDecision decision)
    {
        if (!decision.IsDue || history.Notes.Find(decision.Kind, decision.Domain?.Uuid) is not { } note
            || note.Occasion != decision.Occasion)
            return decision;
        var what = $"{Count(note.Attempts, "attempt")} made"
            + (note.Message is null ? "" : $" (the last: {note.Message})");
        if (note.Attempts >= policy.Retry.Attempts)
            return decision with { IsDue = false, Reason = $"{what}; next {When(decision.Next, policy.Zone)}" };
        var again = note.Started + policy.Retry.After;
        if (now >= again) return decision with { Reason = $"{decision.Reason}; {what}" };
        return decision with
        {
            IsDue = false,
            Next = again < decision.Next ? again : decision.Next,
            Reason = $"{what}; again {When(again, policy.Zone)}",
        };
    }

    private static bool IsAtLeast(BackupLevel done, BackupLevel wanted) => wanted switch
    {
        BackupLevel.Full => done == BackupLevel.Full,
        BackupLevel.Differential => done is BackupLevel.Full or BackupLevel.Differential,
        _ => true,
    };

    private static string ReasonOf(
        Schedule schedule, DateTimeOffset slot, DateTimeOffset? done, DateTimeOffset now, TimeZoneInfo zone)
    {
        var missed = 0;
        for (var at = slot; done < at && missed < 100; at = schedule.Last(at.AddTicks(-1), zone)) missed++;
        var late = now - slot >= TimeSpan.FromHours(1) ? $", due since {When(slot, zone)}" : "";
        return $"{schedule.Text}{late}{(missed > 1 ? $", {missed} times missed, made up once" : "")}";
    }

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string When(DateTimeOffset time, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(time, zone)
        .ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
