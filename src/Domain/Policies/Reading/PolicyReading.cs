namespace LibvirtBackup.Policies.Reading;

/// <summary>What came of reading a policy file.</summary>
/// <param name="File">The file.</param>
/// <param name="Policy">The policy; null when there are problems.</param>
/// <param name="Problems">All that is wrong, by line.</param>
/// <param name="Warnings">What works, but is perhaps not meant.</param>
public sealed record PolicyReading(
    string File, Policy? Policy, IReadOnlyList<PolicyProblem> Problems, IReadOnlyList<PolicyProblem> Warnings);
