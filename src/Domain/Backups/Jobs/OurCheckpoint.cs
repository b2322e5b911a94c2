using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>Removes a checkpoint that is ours.</summary>
internal static class OurCheckpoint
{
    /// <summary>
    /// Removes the checkpoint with its bitmaps, whatever state they are in; an absent one is not an error.
    /// </summary>
    /// <returns>
    /// False when it must wait: the domain is shut off, and libvirt could only forget the checkpoint, not remove its
    /// bitmaps.
    /// </returns>
    internal static async Task<bool> TryDropAsync(LibvirtDomain domain, string? name,
        CancellationToken cancellationToken)
    {
        if (name is null) return true;
        var all = await domain.ListCheckpointsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        try
        {
            var checkpoint = all.FirstOrDefault(c => c.Name == name);
            if (checkpoint is null) return true;
            var state = await domain.GetStateAsync(cancellationToken).ConfigureAwait(false);
            if (state.State == VirDomainState.Shutoff) return false;
            await DropAsync(checkpoint, cancellationToken).ConfigureAwait(false);
            return true;
        }
        finally
        {
            foreach (var checkpoint in all) checkpoint.Dispose();
        }
    }

    private static async Task DropAsync(DomainCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            await checkpoint.DeleteAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (LibvirtException e) when (e.Code == VirErrorNumber.InternalError)
        {
            // "bitmap ... not found in backing chain": QEMU died before it ever stored the bitmap. Only the metadata is
            // left.
            await checkpoint.DeleteAsync(VirDomainCheckpointDeleteFlags.MetadataOnly, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
