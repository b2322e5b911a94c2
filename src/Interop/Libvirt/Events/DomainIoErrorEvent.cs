namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A guest's disk request failed on the host (event 6, <c>IO_ERROR_REASON</c>, since 0.8.1).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="SourcePath">The file or device; empty when libvirt does not know it.</param>
/// <param name="DeviceAlias">The device's alias.</param>
/// <param name="Action">What was done: nothing, the domain was paused, or the error was reported to the guest.</param>
/// <param name="Reason">
/// <c>enospc</c> when the storage is full and the domain was paused for it; <c>message</c> when libvirt has a text in
/// <c>virDomainGetMessages</c> (seen in 11.3); empty when libvirt does not know it.
/// </param>
public sealed record DomainIoErrorEvent(
    DomainIdentity Domain,
    string SourcePath,
    string DeviceAlias,
    VirDomainEventIOErrorAction Action,
    string Reason) : DomainEvent(Domain);
