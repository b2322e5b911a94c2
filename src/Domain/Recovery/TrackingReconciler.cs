using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Recovery;

/// <summary>
/// Looks and acts until nothing is left to do; every backup begins with it, and doctor is made of it.
/// </summary>
internal sealed class TrackingReconciler(ITrackedDomain domain, PointsOfDomain points, Journal journal)
{
    /// <summary>
    /// An act can bring something else to light, once: what was adopted is audited, and may have to be removed.
    /// </summary>
    private const int MostRounds = 3;

    private readonly TrackingSurveyor _surveyor = new(domain, points, journal);
    private readonly TrackingRepairer _repairer = new(domain, points, journal);

    /// <summary>Looks only.</summary>
    internal Task<Survey> LookAsync(bool closely, CancellationToken cancellationToken) =>
        _surveyor.LookAsync(closely, cancellationToken);

    /// <summary>Looks and acts.</summary>
    /// <param name="closely">True to look at the bitmaps themselves.</param>
    /// <param name="cancellationToken">Gives up between two steps; what is left is found the next time.</param>
    /// <returns>The first look, the last one, and what libvirt refused, one line each.</returns>
    internal async Task<(Survey Before, Survey After, IReadOnlyList<string> Failures)> ReconcileAsync(
        bool closely, CancellationToken cancellationToken)
    {
        var before = await LookAsync(closely, cancellationToken).ConfigureAwait(false);
        var after = before;
        for (var round = 0; round < MostRounds && after.Rows.Any(NeedsAct); round++)
        {
            var outcome = await _repairer.ActAsync(after, cancellationToken).ConfigureAwait(false);
            _surveyor.MarkAbsent(outcome.Absent);
            after = await LookAsync(closely, cancellationToken).ConfigureAwait(false);
            if (outcome.Failures.Count > 0) return (before, after, outcome.Failures);
        }

        return (before, after, []);
    }

    private static bool NeedsAct(TrackingRow row) =>
        row.Verdict.Repair is TrackingRepair.Adopt or TrackingRepair.Remove or TrackingRepair.Forget;
}
