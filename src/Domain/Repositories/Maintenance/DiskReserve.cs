using System.Security.Cryptography;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// A file that nobody reads. To give space back needs a little of it first, for a lock and for notes; where the disk
/// is full to its last byte, this file gives it.
/// </summary>
internal static class DiskReserve
{
    internal const string Key = "reserve";

    /// <summary>
    /// What is needed of a pack that is mostly needless, for then each pack that is written anew makes room for more;
    /// and a lock, a note of many packs, indexes, new directories.
    /// </summary>
    private const int Length = (BlobLimits.PackLength / 2) + Units.MiB;

    /// <summary>Gives the space away.</summary>
    /// <returns>False when it is given away already.</returns>
    internal static async Task<bool> TrySpendAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        if (await store.GetLengthAsync(Key, cancellationToken).ConfigureAwait(false) is null) return false;
        await store.DeleteAsync(Key, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Makes the file unless it is there, where there is room for it; of random bytes, which a file system that
    /// compresses stores as they are.
    /// </summary>
    internal static async Task TryRefillAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        if (await store.GetLengthAsync(Key, cancellationToken).ConfigureAwait(false) is not null) return;
        try
        {
            await store.PutIfAbsentAsync(Key, RandomNumberGenerator.GetBytes(Length), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The next gc tries again.
        }
    }
}
