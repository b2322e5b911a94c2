namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A device left a running domain (event 15, since 1.1.1).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="DeviceAlias">The device's alias, such as <c>virtio-disk1</c>.</param>
public sealed record DomainDeviceRemovedEvent(DomainIdentity Domain, string DeviceAlias) : DomainEvent(Domain);
