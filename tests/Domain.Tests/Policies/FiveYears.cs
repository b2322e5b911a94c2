using FsCheck;
using FsCheck.Fluent;
using LibvirtBackup.Backups;
using LibvirtBackup.Policies;
using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Domain.Tests.Policies;

/// <summary>
/// Five virtual years of one random policy: the host is off for random spans, attempts fail or are killed, tracking is
/// lost. Everything follows from the seed.
/// </summary>
internal sealed class FiveYears
{
    internal static readonly TimeSpan Length = TimeSpan.FromDays(5 * 365.25);

    private static readonly DateTimeOffset s_start = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _outages = [];

    private FiveYears(string description, Policy policy, int seed)
    {
        (Description, Policy) = ($"seed {seed}: {description}", policy);
        var random = new Random(seed);
        for (var at = s_start.AddDays(random.Next(60)); at < s_start + Length; at = at.AddDays(random.Next(1, 120)))
        {
            var to = at.AddHours(random.Next(1, random.Next(2, 600)));
            _outages.Add((at, to));
            at = to;
        }

        var simulator = new PolicySimulator(Policy)
        {
            Wake = wanted => _outages.Where(o => o.From <= wanted && wanted < o.To)
                .Select(o => o.To).DefaultIfEmpty(wanted).First(),
            Outcome = (_, task) => random.Next(100) switch
            {
                < 8 => (TaskOutcome.Failed, null),
                < 11 => (TaskOutcome.Interrupted, null),
                < 15 => (TaskOutcome.Done, BackupLevel.Full),
                _ => (TaskOutcome.Done, task.Level),
            },
        };
        Result = simulator.Run(PolicySamples.Empty(PolicySamples.Web, PolicySamples.Db), s_start, Length);
    }

    /// <summary>Enough to do it again.</summary>
    internal string Description { get; }

    internal Policy Policy { get; }

    internal Simulation Result { get; }

    /// <summary>All backups of a domain that were tried, in their order.</summary>
    internal IEnumerable<SimulatedTask> Attempts(PolicyDomain domain) =>
        Result.Tasks.Where(t => t.Task.Kind == PolicyTaskKind.Backup && t.Task.Domain == domain);

    /// <summary>Whether the host is off at any time of a span.</summary>
    internal bool IsOff(DateTimeOffset from, DateTimeOffset to) => _outages.Any(o => o.From < to && from < o.To);

    internal static Gen<FiveYears> Any { get; } =
        from full in Gen.Elements(null, "monthly on day 31 at 02:00", "monthly on first sunday at 02:30",
            "weekly on saturday at 23:59")
        from differential in Gen.Elements(null, "weekly on sunday at 02:00", "weekly on monday, thursday at 01:00")
        from incremental in Gen.Elements("daily at 02:30", "daily at 02:00, 14:00", "weekly on monday at 03:00")
        from daily in Gen.Choose(1, 14)
        from weekly in Gen.Choose(0, 6)
        from monthly in Gen.Choose(0, 12)
        from yearly in Gen.Choose(0, 3)
        from attempts in Gen.Choose(1, 3)
        from seed in Gen.Choose(0, 1_000_000)
        select Make(full, differential, incremental, (daily, weekly, monthly, yearly), attempts, seed);

    private static FiveYears Make(
        string? full, string? differential, string incremental, (int D, int W, int M, int Y) keep, int attempts,
        int seed)
    {
        var lines = $"""
            schedule:
              incremental: {incremental}
              {(full is null ? "" : $"full: {full}")}
              {(differential is null ? "" : $"differential: {differential}")}
            retention:
              keep-daily: {keep.D}
              keep-weekly: {keep.W}
              keep-monthly: {keep.M}
              keep-yearly: {keep.Y}
            retry:
              attempts: {attempts}
              after: 45m
            verify:
              sample:
                when: daily at 05:00
              test-restore:
                when: monthly on day 2 at 08:00
            """;
        return new FiveYears(lines, PolicySamples.Read(lines), seed);
    }

    /// <inheritdoc/>
    public override string ToString() => Description;
}
