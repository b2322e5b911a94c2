using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Removes locks and notes that are damaged: nobody can read them, and backups and gc stop at them.</summary>
/// <remarks>Keys stay: another slot may open.</remarks>
internal static class BookkeepingRepair
{
    /// <summary>Removes damaged locks. A process whose lock goes finds that out before anything relies on it, and
    /// fails.</summary>
    internal static Task<int> RemoveLocksAsync(IBlobStore store, CancellationToken cancellationToken) =>
        RemoveAsync(store, RepositoryLocks.Folder, cancellationToken);

    /// <summary>Removes damaged notes; under the maintenance lock, for gc relies on its own.</summary>
    /// <returns>
    /// How many told of damage, or of checkpoints that missed a change: nobody knows what they told, and only a verify
    /// (of the latter: against the source) finds it again. Condemnations are made again by gc.
    /// </returns>
    internal static async Task<int> RemoveNotesAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        await RemoveAsync(store, RepositoryNotes.CondemnedFolder, cancellationToken).ConfigureAwait(false);
        return await RemoveAsync(store, RepositoryNotes.DamagedFolder, cancellationToken).ConfigureAwait(false)
            + await RemoveAsync(store, RepositoryNotes.DistrustedFolder, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> RemoveAsync(IBlobStore store, string folder, CancellationToken cancellationToken)
    {
        var damaged = new List<VerifyProblem>();
        await RepositoryScrubber.CheckDocumentsAsync(store, folder, damaged, cancellationToken).ConfigureAwait(false);
        foreach (var problem in damaged)
            await store.DeleteAsync(problem.StoredObject, cancellationToken).ConfigureAwait(false);
        return damaged.Count;
    }
}
