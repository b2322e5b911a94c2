using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Interop.Xml;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>
/// How many bytes an incremental backup since a bitmap would copy, asked of a running domain's QEMU. libvirt is never
/// asked (<c>VIR_DOMAIN_CHECKPOINT_XML_SIZE</c>): libvirtd crashes when the checkpoint is deleted meanwhile
/// (docs/lab.md).
/// </summary>
/// <param name="qemu">The domain's QEMU.</param>
/// <param name="domain">Its name, for people.</param>
internal sealed class DirtyBytes(QmpClient qemu, string domain)
{
    /// <summary>Counts.</summary>
    /// <param name="domain">The running domain.</param>
    /// <param name="wanted">The bitmaps.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Bytes; null where there is no such bitmap, or none that libvirt could use.</returns>
    /// <exception cref="BackupException">libvirt or QEMU refuses, or the domain stops meanwhile.</exception>
    internal static async Task<IReadOnlyDictionary<BitmapOnDisk, long?>> ReadAsync(
        LibvirtDomain domain, IReadOnlyCollection<BitmapOnDisk> wanted, CancellationToken cancellationToken)
    {
        var description = DomainXml.Parse(
            await domain.GetXmlAsync(cancellationToken: cancellationToken).ConfigureAwait(false));
        var qemu = QmpClient.For(domain);
        var inventory = await BitmapReader.ReadAsync(qemu, description, cancellationToken).ConfigureAwait(false);
        return await new DirtyBytes(qemu, domain.Name).CountAsync(inventory, wanted, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>The same, where the inventory was just taken.</summary>
    internal async Task<IReadOnlyDictionary<BitmapOnDisk, long?>> CountAsync(
        BitmapInventory inventory, IReadOnlyCollection<BitmapOnDisk> wanted, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<BitmapOnDisk, long?>();
        var unions = new List<BitmapUnion>();
        foreach (var one in wanted.Distinct())
        {
            var layers = inventory.FindDisk(one.Disk)?.UsableLayersWith(one.Bitmap) ?? [];
            counts[one] = layers is [var only] ? only.Find(one.Bitmap)!.DirtyBytes : null; // it is a layer with it
            if (layers.Count > 1 && layers.All(layer => layer.VirtualSizeBytes == layers[0].VirtualSizeBytes))
                unions.Add(new BitmapUnion(one, layers, NewName()));
        }

        if (unions.Count > 0)
        {
            foreach (var (one, bytes) in await MergeAsync(unions, cancellationToken).ConfigureAwait(false))
                counts[one] = bytes;
        }

        return counts;
    }

    /// <summary>
    /// Bitmaps of several images are added up in bitmaps that record nothing, are stored nowhere, and are removed
    /// again.
    /// </summary>
    private async Task<List<(BitmapOnDisk Bitmap, long? Bytes)>> MergeAsync(
        List<BitmapUnion> unions, CancellationToken cancellationToken)
    {
        try
        {
            await qemu.TransactionAsync([.. unions.SelectMany(union => union.Make())], cancellationToken)
                .ConfigureAwait(false);
            try
            {
                var nodes = await qemu.QueryNamedBlockNodesAsync(cancellationToken).ConfigureAwait(false);
                return [.. unions.Select(union => (union.Of, union.Find(nodes)))];
            }
            finally
            {
                await qemu.TransactionAsync([.. unions.Select(union => union.Remove())], CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }
        catch (LibvirtException e)
        {
            throw HostRefusal.Of(e, $"the changes of domain '{domain}' cannot be counted");
        }
        catch (QmpException e)
        {
            throw new BackupException(
                FailureKind.Failed, $"the changes of domain '{domain}' cannot be counted: {e.Message}", e);
        }
    }

    /// <summary>Nobody else's: several programs may count at once.</summary>
    private static string NewName() => $"lvb-count-{Guid.NewGuid():N}";
}
