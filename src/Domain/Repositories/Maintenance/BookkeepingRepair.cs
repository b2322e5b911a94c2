using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Removes locks and notes that are damaged: nobody can read them, and backups and gc stop at them.</summary>
internal static class BookkeepingRepair
{
    /// <remarks>
    /// A session whose lock goes finds that out before it makes a point, and fails. Without a note of damage verify
    /// finds the damage again; without a condemnation gc condemns again. Keys stay: another slot may open.
    /// </remarks>
    internal static async Task RunAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        var damaged = new List<VerifyProblem>();
        await RepositoryScrubber.CheckBookkeepingAsync(store, damaged, cancellationToken).ConfigureAwait(false);
        foreach (var file in damaged.Select(problem => problem.StoredObject))
            if (!file.StartsWith(KeySlots.Folder, StringComparison.Ordinal))
                await store.DeleteAsync(file, cancellationToken).ConfigureAwait(false);
    }
}
