namespace LibvirtBackup.Backups.Freezing;

/// <summary>What was done while the guest was to be frozen.</summary>
/// <param name="Result">The outcome of what was done.</param>
/// <param name="Frozen">How long the guest was frozen, from asking it to its thaw; null when it was not.</param>
/// <param name="FileSystems">
/// How many file systems were frozen all the time; null when none was, or that is in doubt.
/// </param>
internal sealed record FrozenMoment<T>(T Result, TimeSpan? Frozen, int? FileSystems);
