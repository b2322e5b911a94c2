using System.Globalization;
using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;
using LibvirtBackup.Retention;

namespace LibvirtBackup.Policies.Planning;

/// <summary>
/// Runs a policy over a span of time without doing anything: the planner decides, points appear, retention takes them
/// away. Tasks take no time.
/// </summary>
/// <param name="policy">The policy.</param>
internal sealed class PolicySimulator(Policy policy)
{
    private const string Nowhere = "simulated";

    private readonly List<SimulatedTask> _tasks = [];
    private List<PointSummary> _points = [];
    private PolicyNotes _notes = PolicyNotes.Empty;

    /// <summary>When the program runs that is wanted at a time; by default then.</summary>
    internal Func<DateTimeOffset, DateTimeOffset> Wake { get; init; } = wanted => wanted;

    /// <summary>How a task ends, and with which level a backup; by default as it was decided.</summary>
    internal Func<DateTimeOffset, PolicyDecision, (TaskOutcome Outcome, BackupLevel? Level)> Outcome { get; init; } =
        (_, task) => (TaskOutcome.Done, task.Level);

    /// <summary>Runs the policy.</summary>
    /// <param name="history">What there is.</param>
    /// <param name="from">When it begins.</param>
    /// <param name="length">How long it goes on.</param>
    public Simulation Run(PolicyHistory history, DateTimeOffset from, TimeSpan length)
    {
        ArgumentNullException.ThrowIfNull(history);
        _points = [.. PolicyPlanner.PointsOf(policy, history with { Damaged = new HashSet<string>() })
            .Where(group => history.Domains.Any(domain => domain.Uuid == group.Key)).SelectMany(group => group)];
        _notes = history.Notes;
        _tasks.Clear();
        for (var now = Wake(from); now < from + length;)
        {
            var decisions = Decide(now);
            foreach (var task in decisions.Where(decision => decision.IsDue)) Do(task, history, now);
            now = Wake(Decide(now).Min(decision => decision.IsDue ? now.AddMinutes(1) : decision.Next));
        }

        return new Simulation([.. _tasks], Judge(history));

        IReadOnlyList<PolicyDecision> Decide(DateTimeOffset now) =>
            PolicyPlanner.Decide(policy, history with { Points = _points, Notes = _notes }, now) is [_, ..] all
                ? all : throw new BackupException(
                    FailureKind.Failed, $"policy '{policy.Name}' selects no domain of this host; nothing is due");
    }

    private void Do(PolicyDecision task, PolicyHistory history, DateTimeOffset now)
    {
        var (outcome, level) = Outcome(now, task);
        _notes = _notes.Begin(task, now, Known(task, history));
        IReadOnlyList<string> removed = [];
        PointSummary? point = null;
        if (task is { Kind: PolicyTaskKind.Backup, Domain: { } domain } && outcome == TaskOutcome.Done)
        {
            point = Take(domain, level ?? BackupLevel.Full, now);
            _points.Add(point);
            removed = [.. Judge(history).Where(d => !d.Keep).Select(d => d.Point.Id)];
            _points.RemoveAll(old => removed.Contains(old.Id, StringComparer.Ordinal));
        }

        _notes = _notes.End(task, outcome, null, point?.Id, point?.Level, now);
        _tasks.Add(new SimulatedTask(now, task, outcome, removed));
    }

    private IEnumerable<PointSummary> Known(PolicyDecision task, PolicyHistory history) => _points.Where(
        point => point.DomainUuid == task.Domain?.Uuid && !history.Damaged.Contains(point.Id));

    private IReadOnlyList<RetentionDecision> Judge(PolicyHistory history) => policy.Retention is { } rules
        ? RetentionPolicy.Decide(_points, rules, history.Damaged, policy.Zone)
        : [.. _points.OrderBy(point => point.DomainUuid).ThenByDescending(point => point.Time)
            .Select(point => new RetentionDecision(point, Keep: true, ["the policy has no retention"]))];

    private PointSummary Take(PolicyDomain domain, BackupLevel level, DateTimeOffset now)
    {
        var newest = _points.Where(point => point.DomainUuid == domain.Uuid).MaxBy(point => point.Sequence);
        var sequence = (newest?.Sequence ?? 0) + 1;
        return new PointSummary
        {
            Id = string.Create(
                CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{Nowhere}-{domain.Name}"),
            RepositoryId = Nowhere,
            Domain = domain.Name,
            DomainUuid = domain.Uuid,
            Track = policy.Backup.Track,
            Generation = 1,
            Sequence = sequence,
            Level = level,
            Time = now,
            Parent = null,
            Checkpoint = $"{Nowhere} {sequence}",
            Disks = newest?.Disks ?? [], // else these would be the last of their disks
        };
    }
}
