namespace LibvirtBackup.InstantRecovery;

/// <summary>A domain that does not run from the repository any more.</summary>
/// <param name="Domain">What it was.</param>
/// <param name="Warnings">What is left to do, one line each.</param>
internal sealed record InstantEnd(InstantDomain Domain, IReadOnlyList<string> Warnings);
