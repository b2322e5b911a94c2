using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>The lock of those who delete or replace packs and indexes.</summary>
internal static class MaintenanceLock
{
    /// <exception cref="BackupException">Busy: another process has it.</exception>
    internal static async Task<RepositoryLock> TakeAsync(
        Repository repository, string purpose, CancellationToken cancellationToken)
    {
        if (await TryTakeAsync(repository, purpose, cancellationToken).ConfigureAwait(false) is { } held) return held;
        var others = await repository.Locks.ListAsync(LockKind.Maintenance, cancellationToken).ConfigureAwait(false);
        var who = others is [{ Document: var other }, ..]
            ? $" ({other.Purpose}, pid {other.Process.ProcessId} on {other.Host})"
            : "";
        throw new BackupException(
            FailureKind.Busy,
            $"repository '{repository.Location}' is being maintained by another process{who}; wait for it");
    }

    private static async Task<RepositoryLock?> TryTakeAsync(
        Repository repository, string purpose, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.Locks.TryTakeMaintenanceAsync(purpose, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not BlobUnreadableException)
        {
            // The disk is full, for all that is known.
            if (!await DiskReserve.TrySpendAsync(repository.Store, cancellationToken).ConfigureAwait(false)) throw;
            return await repository.Locks.TryTakeMaintenanceAsync(purpose, cancellationToken).ConfigureAwait(false);
        }
    }
}
