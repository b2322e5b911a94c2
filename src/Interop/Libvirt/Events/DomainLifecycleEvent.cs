namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A domain was defined, started, suspended, stopped and so on (event 0, since 0.8.0).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Type">What happened; a value that this library does not know passes through.</param>
/// <param name="Detail">
/// Why, a number whose meaning depends on the type: a value of <see cref="VirDomainEventStoppedDetailType"/> for
/// stopped, and so on.
/// </param>
public sealed record DomainLifecycleEvent(DomainIdentity Domain, VirDomainEventType Type, int Detail)
    : DomainEvent(Domain);
