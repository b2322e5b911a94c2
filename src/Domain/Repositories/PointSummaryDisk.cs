namespace LibvirtBackup.Repositories;

/// <summary>A disk in a listing.</summary>
/// <param name="Name">The target name (<c>vda</c>).</param>
/// <param name="VirtualSizeBytes">The size that the guest sees, in bytes.</param>
public sealed record PointSummaryDisk(string Name, long VirtualSizeBytes);
