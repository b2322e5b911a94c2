using LibvirtBackup.Hosts;
using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>Takes the inventory of a domain's bitmaps.</summary>
internal static class BitmapReader
{
    /// <summary>
    /// Asks QEMU, which taints the domain in libvirt's eyes, or reads the images of one that is shut off.
    /// </summary>
    /// <exception cref="BackupException">libvirt or QEMU refuses, or the domain stops meanwhile.</exception>
    internal static async Task<BitmapInventory> ReadAsync(LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var description = await RemoteHost.ReadDefinitionAsync(domain, cancellationToken).ConfigureAwait(false);
        return description.Id is null
            ? await StoredLayers.ReadAsync(description, cancellationToken).ConfigureAwait(false)
            : await ReadAsync(QmpClient.For(domain), description, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks QEMU; <paramref name="description"/> is that of the running domain.</summary>
    internal static async Task<BitmapInventory> ReadAsync(
        QmpClient qemu, DomainXml description, CancellationToken cancellationToken)
    {
        try
        {
            // Nodes come and go with jobs: when the second answer does not fit the first, a disk is told as unknown.
            var devices = await qemu.QueryBlockAsync(cancellationToken).ConfigureAwait(false);
            var nodes = await qemu.QueryNamedBlockNodesAsync(cancellationToken).ConfigureAwait(false);
            return new RunningLayers(devices, nodes).Join(description);
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"the bitmaps of domain '{description.Name}' cannot be listed");
        }
        catch (QmpException e)
        {
            throw new BackupException(
                FailureKind.Failed, $"the bitmaps of domain '{description.Name}' cannot be listed: {e.Message}", e);
        }
    }
}
