namespace LibvirtBackup.Repositories;

/// <summary>What was frozen in the guest at the instant of a point.</summary>
/// <param name="FileSystems">How many file systems.</param>
/// <param name="MountPoints">The mount points that were asked for; empty: all that can be frozen.</param>
public sealed record PointFreeze(int FileSystems, IReadOnlyList<string> MountPoints);
