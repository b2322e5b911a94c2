using LibvirtBackup.Hosts.Remote;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Qmp;

namespace LibvirtBackup.Bitmaps;

/// <summary>
/// Removes bitmaps, in whatever state, from the images that the guest of a shut-off domain writes. Images behind them
/// may be shared and stay as they are: without its successor in the top image nobody uses what they hold.
/// </summary>
/// <param name="domain">The domain.</param>
internal sealed class StoredRemoval(LibvirtDomain domain)
{
    private readonly StoredImageUse _use = new(domain);

    /// <summary>Removes one; none of that name, or no such disk, is not an error.</summary>
    /// <exception cref="BackupException">The domain runs, or the image must not be written now.</exception>
    internal async Task RemoveAsync(string name, string disk, CancellationToken cancellationToken)
    {
        var failed = $"bitmap '{name}' of disk '{disk}' of domain '{domain.Name}' was not removed";
        var definition = await RemoteHost.ReadDefinitionAsync(domain, cancellationToken).ConfigureAwait(false);
        if (definition.Id is not null)
            throw new BackupException(FailureKind.Busy, $"{failed}: the domain was started meanwhile; try again");
        var disks = await StoredLayers.ReadAsync(definition, cancellationToken).ConfigureAwait(false);
        if (disks.FindDisk(disk) is not { } found) return;
        if (found.Unknown is not null)
            throw new BackupException(FailureKind.NotSupported, $"{failed}: {found.Unknown}");
        var top = found.Layers[0];
        if (top.Find(name) is null) return;
        await _use.RefuseAsync(top.File, failed, cancellationToken).ConfigureAwait(false);
        try
        {
            await new StoredEditor(found)
                .ApplyAsync([new RemoveBitmap(BitmapTarget.Of(top), name)], cancellationToken).ConfigureAwait(false);
        }
        catch (BackupException e)
        {
            throw new BackupException(e.Kind, $"{failed}: {e.Message}", e);
        }
    }
}
