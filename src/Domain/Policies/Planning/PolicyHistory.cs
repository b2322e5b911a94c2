using LibvirtBackup.Repositories;

namespace LibvirtBackup.Policies.Planning;

/// <summary>All that a decision is made from, besides the policy and the time.</summary>
internal sealed record PolicyHistory
{
    /// <summary>The domains that the policy selects.</summary>
    public required IReadOnlyList<PolicyDomain> Domains { get; init; }

    /// <summary>The repository's points, of any domain and track.</summary>
    public required IReadOnlyList<PointSummary> Points { get; init; }

    /// <summary>Ids of points that are known not to restore: they count as not taken.</summary>
    public IReadOnlySet<string> Damaged { get; init; } = new HashSet<string>();

    /// <summary>What earlier runs have noted.</summary>
    public PolicyNotes Notes { get; init; } = PolicyNotes.Empty;
}
