namespace LibvirtBackup.Interop.Libvirt;

/// <summary>The guest agent connected or went away (event 18, since 1.2.11).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="State">Connected or disconnected.</param>
/// <param name="Reason">Why.</param>
public sealed record DomainAgentLifecycleEvent(
    DomainIdentity Domain,
    VirConnectDomainEventAgentLifecycleState State,
    VirConnectDomainEventAgentLifecycleReason Reason) : DomainEvent(Domain);
