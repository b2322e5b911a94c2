namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A block job of a disk changed its status (event 16, <c>BLOCK_JOB_2</c>, since 1.2.6).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Disk">The disk's target, such as <c>vda</c>.</param>
/// <param name="Type">The kind of job.</param>
/// <param name="Status">Completed, failed, cancelled or ready.</param>
public sealed record DomainBlockJobEvent(
    DomainIdentity Domain,
    string Disk,
    VirDomainBlockJobType Type,
    VirConnectDomainEventBlockJobStatus Status) : DomainEvent(Domain);
