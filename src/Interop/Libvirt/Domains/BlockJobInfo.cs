namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A block job that runs on a disk (<c>virDomainBlockJobInfo</c>).</summary>
/// <param name="Type">The kind of job.</param>
/// <param name="Bandwidth">The limit in bytes per second; 0 means none.</param>
/// <param name="Current">How far it is, in units of the job; equal to the end when done or ready.</param>
/// <param name="End">Where it ends; it may grow while the job runs.</param>
public sealed record BlockJobInfo(VirDomainBlockJobType Type, ulong Bandwidth, ulong Current, ulong End);
