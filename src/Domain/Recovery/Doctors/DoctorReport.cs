namespace LibvirtBackup.Recovery;

/// <summary>What was found of the domains' checkpoints and bitmaps, and what was done.</summary>
/// <param name="Domains">The domains, by name.</param>
/// <param name="Notes">What could not be judged, one line each.</param>
public sealed record DoctorReport(IReadOnlyList<ExaminedDomain> Domains, IReadOnlyList<string> Notes)
{
    /// <summary>What was found of no domain; only when all were examined.</summary>
    public IReadOnlyList<DoctorFinding> Findings { get; init; } = [];

    /// <summary>True when no problem is left.</summary>
    public bool IsGood => Domains.SelectMany(domain => domain.Findings).Concat(Findings)
        .All(finding => !finding.IsProblem);
}
