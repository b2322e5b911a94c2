namespace LibvirtBackup.Repositories;

/// <summary>How long the parts of a backup took.</summary>
/// <param name="Frozen">How long the guest's file systems were frozen; null when they were not.</param>
/// <param name="Begin">How long libvirt took to begin the job; null for a domain that was shut off.</param>
/// <param name="Copy">How long the copy took.</param>
public sealed record PointTimings(TimeSpan? Frozen, TimeSpan? Begin, TimeSpan Copy);
