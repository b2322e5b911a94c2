namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A device was added to a running domain (event 19, since 1.2.15).</summary>
/// <param name="Domain">The domain.</param>
/// <param name="DeviceAlias">The device's alias, such as <c>virtio-disk1</c>.</param>
public sealed record DomainDeviceAddedEvent(DomainIdentity Domain, string DeviceAlias) : DomainEvent(Domain);
