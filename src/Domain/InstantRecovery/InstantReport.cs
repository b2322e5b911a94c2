namespace LibvirtBackup.InstantRecovery;

/// <summary>A domain that runs from the repository, and what was done about it.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="IsNew">True when it was made; false when it was there and was brought back.</param>
/// <param name="ServerStarted">True when its server did not run and was started.</param>
/// <param name="GuestResumed">True when the guest was started, or waited for its disks and goes on.</param>
/// <param name="Warnings">What could not be kept as it was, one line each.</param>
internal sealed record InstantReport(
    InstantDomain Domain, bool IsNew, bool ServerStarted, bool GuestResumed, IReadOnlyList<string> Warnings);
