namespace LibvirtBackup.Recovery;

/// <summary>What was found of the domains' checkpoints and bitmaps, and what was done.</summary>
/// <param name="Domains">The domains, by name.</param>
/// <param name="Notes">What could not be judged, one line each.</param>
public sealed record DoctorReport(IReadOnlyList<ExaminedDomain> Domains, IReadOnlyList<string> Notes)
{
    /// <summary>True when no problem is left.</summary>
    public bool IsGood => Domains.All(domain => domain.Findings.All(finding => !finding.IsProblem));
}
