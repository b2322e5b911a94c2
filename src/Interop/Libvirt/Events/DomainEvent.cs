namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Something that happened to a domain.</summary>
/// <param name="Domain">The domain. It may be gone by the time that the event is read.</param>
public abstract record DomainEvent(DomainIdentity Domain);
