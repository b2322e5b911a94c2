namespace LibvirtBackup.Interop.Libvirt;

public sealed partial class LibvirtDomain
{
    /// <summary>Adds a device (<c>virDomainAttachDeviceFlags</c>, since 0.7.7).</summary>
    /// <param name="xml">XML with the device's root element, such as <c>disk</c>.</param>
    /// <param name="flags">Whether to change the running machine, the definition or both; none means the one that is
    /// current.</param>
    /// <param name="cancellationToken">Stops waiting; the device may be added all the same.</param>
    /// <returns>A task that ends when the device is added.</returns>
    public Task AttachDeviceAsync(
        string xml,
        VirDomainDeviceModifyFlags flags = VirDomainDeviceModifyFlags.Current,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(() => LibvirtFunctions.virDomainAttachDeviceFlags(Handle, xml, flags), cancellationToken);
    }

    /// <summary>
    /// Removes a device (<c>virDomainDetachDeviceFlags</c>, since 0.7.7). On a running machine the guest has to agree:
    /// wait for the device-removed event.
    /// </summary>
    /// <param name="xml">XML that describes the device.</param>
    /// <param name="flags">Whether to change the running machine, the definition or both.</param>
    /// <param name="cancellationToken">Stops waiting; the device may be removed all the same.</param>
    /// <returns>A task that ends when the guest has been asked.</returns>
    public Task DetachDeviceAsync(
        string xml,
        VirDomainDeviceModifyFlags flags = VirDomainDeviceModifyFlags.Current,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(() => LibvirtFunctions.virDomainDetachDeviceFlags(Handle, xml, flags), cancellationToken);
    }

    /// <summary>Removes a device by its alias (<c>virDomainDetachDeviceAlias</c>, since 4.4.0).</summary>
    /// <param name="alias">Such as <c>virtio-disk1</c>.</param>
    /// <param name="flags">Whether to change the running machine, the definition or both.</param>
    /// <param name="cancellationToken">Stops waiting; the device may be removed all the same.</param>
    /// <returns>A task that ends when the guest has been asked.</returns>
    public Task DetachDeviceAliasAsync(
        string alias,
        VirDomainDeviceModifyFlags flags = VirDomainDeviceModifyFlags.Current,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(alias);
        return RunAsync(() => LibvirtFunctions.virDomainDetachDeviceAlias(Handle, alias, flags), cancellationToken);
    }

    /// <summary>Changes a device, such as the medium of a drive (<c>virDomainUpdateDeviceFlags</c>, since 0.8.0).
    /// </summary>
    /// <param name="xml">XML of the device as it shall be.</param>
    /// <param name="flags">Whether to change the running machine, the definition or both.</param>
    /// <param name="cancellationToken">Stops waiting; the device may be changed all the same.</param>
    /// <returns>A task that ends when the device is changed.</returns>
    public Task UpdateDeviceAsync(
        string xml,
        VirDomainDeviceModifyFlags flags = VirDomainDeviceModifyFlags.Current,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return RunAsync(() => LibvirtFunctions.virDomainUpdateDeviceFlags(Handle, xml, flags), cancellationToken);
    }
}
