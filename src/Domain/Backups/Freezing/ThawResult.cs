namespace LibvirtBackup.Backups.Freezing;

/// <summary>How an attempt to thaw a guest ended.</summary>
/// <param name="Outcome">Whether the guest is thawed.</param>
/// <param name="FileSystems">How many file systems were thawed.</param>
/// <param name="Why">Why the guest may still be frozen; empty when it is not.</param>
internal sealed record ThawResult(ThawOutcome Outcome, int FileSystems = 0, string Why = "");
