using LibvirtBackup.InstantRecovery;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Retention;

/// <summary>Applies rules to the points of a repository.</summary>
/// <param name="booter">Knows which points domains run from.</param>
public sealed class Pruner(InstantBooter booter)
{
    /// <summary>Decides on points; what a domain runs from stays in any case.</summary>
    /// <param name="repository">Where the points are.</param>
    /// <param name="points">All points of each track that is judged.</param>
    /// <param name="rules">What to keep.</param>
    /// <param name="zone">In whose hours, days and weeks the rules count.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<RetentionDecision>> DecideAsync(
        Repository repository, IEnumerable<PointSummary> points, RetentionRules rules, TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var damaged = await repository.ListDamagedPointsAsync(cancellationToken).ConfigureAwait(false);
        var used = booter.ListUsedPoints(repository);
        return [.. RetentionPolicy.Decide(points, rules, damaged, zone)
            .Select(d => !d.Keep && used.TryGetValue(d.Point.Id, out var domain)
                ? d with { Keep = true, Reasons = [$"domain '{domain}' runs from it"] }
                : d)];
    }

    /// <summary>Removes what is not kept, the oldest first: whatever interrupts it, the newest are there.</summary>
    /// <param name="repository">Where the points are.</param>
    /// <param name="decisions">What <see cref="DecideAsync"/> said.</param>
    /// <param name="cancellationToken">Leaves the rest.</param>
    public static async Task RemoveAsync(
        Repository repository, IEnumerable<RetentionDecision> decisions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        foreach (var decision in decisions.Where(d => !d.Keep).Reverse())
            await repository.ForgetAsync(decision.Point.Id, cancellationToken).ConfigureAwait(false);
    }
}
