using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Bitmaps;

/// <summary>
/// The dirty bitmaps of a host's domains, whoever made them. A domain is named by name, UUID or id.
/// </summary>
/// <remarks>
/// While a domain runs every method asks its QEMU, which libvirt notes as tainting ("custom monitor control commands
/// issued") for the rest of the run; a connection for reading only cannot do it.
/// </remarks>
/// <param name="connection">The host.</param>
public sealed class BitmapService(LibvirtConnection connection)
{
    /// <summary>Lists the bitmaps of every disk, image by image.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">There is no such domain, or libvirt or QEMU refuses.</exception>
    public async Task<BitmapInventory> ListAsync(string domain, CancellationToken cancellationToken)
    {
        using var machine = await DomainFinder.FindAsync(connection, domain, cancellationToken).ConfigureAwait(false);
        return await BitmapReader.ReadAsync(machine, cancellationToken).ConfigureAwait(false);
    }
}
