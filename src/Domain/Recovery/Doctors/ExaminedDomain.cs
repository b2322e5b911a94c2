namespace LibvirtBackup.Recovery;

/// <summary>What was found of one domain.</summary>
/// <param name="Domain">Its name.</param>
/// <param name="Findings">Everything, also what is well and what is not ours.</param>
public sealed record ExaminedDomain(string Domain, IReadOnlyList<DoctorFinding> Findings);
