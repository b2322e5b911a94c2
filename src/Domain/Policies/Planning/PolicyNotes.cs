using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Policies.Planning;

/// <summary>
/// What a policy's runs have noted. The points themselves are the truth about backups; the notes are for attempts that
/// made none, and for checks. Losing them repeats a check or an attempt at worst.
/// </summary>
/// <param name="Tasks">The newest attempt of each task.</param>
public sealed record PolicyNotes(IReadOnlyList<TaskRecord> Tasks)
{
    /// <summary>Nothing noted.</summary>
    public static PolicyNotes Empty { get; } = new([]);

    /// <summary>When people were told that the policy's host or repository cannot be opened; null when it can.
    /// </summary>
    public DateTimeOffset? Broken { get; init; }

    /// <summary>The note of a task, or null.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="domain">Of which domain, or null.</param>
    public TaskRecord? Find(PolicyTaskKind kind, Guid? domain) =>
        Tasks.FirstOrDefault(task => task.Kind == kind && task.Domain == domain);

    /// <summary>With an attempt that begins now.</summary>
    /// <param name="task">The task.</param>
    /// <param name="now">The time.</param>
    /// <param name="known">The domain's good points, which retention may remove: what they fulfil stays known.</param>
    internal PolicyNotes Begin(PolicyDecision task, DateTimeOffset now, IEnumerable<PointSummary>? known = null)
    {
        var before = Find(task.Kind, task.Domain?.Uuid);
        var isSame = before is not null && before.Occasion == task.Occasion;
        return With(new TaskRecord
        {
            Kind = task.Kind,
            Domain = task.Domain?.Uuid,
            DomainName = task.Domain?.Name,
            Occasion = task.Occasion,
            Attempts = isSame ? before!.Attempts + 1 : 1, // isSame says that it is there
            Started = now,
            Completed = before?.Completed,
            Taken =
            [
                .. (known ?? []).Select(point => new TakenLevel(point.Level, point.Time, point.Id))
                    .Concat(before?.Taken ?? []).GroupBy(past => past.Level)
                    .Select(level => level.MaxBy(past => past.Time)!), // no group is empty
            ],
        });
    }

    /// <summary>With the end of an attempt that <see cref="Begin"/> noted.</summary>
    internal PolicyNotes End(
        PolicyDecision task, TaskOutcome outcome, string? message, string? point, BackupLevel? level,
        DateTimeOffset now) =>
        Find(task.Kind, task.Domain?.Uuid) is not { } begun ? this : With(begun with
        {
            Ended = now,
            Outcome = outcome,
            Message = message,
            Point = point,
            Completed = outcome is TaskOutcome.Done or TaskOutcome.Bad ? begun.Started : begun.Completed,
            Taken = level is not { } done || point is null ? begun.Taken :
            [
                .. begun.Taken.Where(past => past.Level != done), new TakenLevel(done, begun.Started, point),
            ],
        });

    /// <summary>With attempts that nobody ended, and nobody runs any more, marked as interrupted.</summary>
    internal PolicyNotes CloseKilled() => this with
    {
        Tasks = [.. Tasks.Select(task => task.Outcome is not null ? task : task with
        {
            Outcome = TaskOutcome.Interrupted, Message = "the run was killed",
        })],
    };

    /// <summary>Without what is about domains that are not selected any more.</summary>
    internal PolicyNotes Only(IEnumerable<Guid> domains)
    {
        var known = domains.ToHashSet();
        return this with { Tasks = [.. Tasks.Where(task => task.Domain is not { } id || known.Contains(id))] };
    }

    private PolicyNotes With(TaskRecord record) => this with
    {
        Tasks = [.. Tasks.Where(task => task.Kind != record.Kind || task.Domain != record.Domain), record],
    };
}
