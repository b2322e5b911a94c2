using LibvirtBackup.Repositories;

namespace LibvirtBackup.Retention;

/// <summary>Applies rules to the points of a repository.</summary>
internal static class Pruner
{
    /// <summary>Decides on points; what is served, or a domain runs from, stays in any case.</summary>
    /// <param name="repository">Where the points are.</param>
    /// <param name="points">All points of each track that is judged.</param>
    /// <param name="rules">What to keep.</param>
    /// <param name="zone">In whose hours, days and weeks the rules count.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<RetentionDecision>> DecideAsync(
        Repository repository, IEnumerable<PointSummary> points, RetentionRules rules, TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var damaged = await repository.ListDamagedPointsAsync(cancellationToken).ConfigureAwait(false);
        var uses = (await repository.ListUsesAsync(cancellationToken).ConfigureAwait(false))
            .ToLookup(use => use.Point, use => use.Reason);
        return [.. RetentionPolicy.Decide(points, rules, damaged, zone)
            .Select(d => !d.Keep && uses.Contains(d.Point.Id)
                ? d with { Keep = true, Reasons = [.. uses[d.Point.Id]] }
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
