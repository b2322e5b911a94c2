using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;

namespace LibvirtBackup.Repositories.Locks;

/// <summary>
/// Who works on the repository: takes locks, lists those of the living, clears away those of the dead.
/// </summary>
internal sealed class RepositoryLocks(IBlobStore store, DocumentStore documents, TimeProvider time)
{
    internal const string Folder = "locks/";

    /// <summary>Takes a session lock, which never waits for anybody.</summary>
    /// <param name="purpose">What is being done, for people.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal Task<RepositoryLock> TakeSessionAsync(string purpose, CancellationToken cancellationToken) =>
        TakeAsync(LockKind.Session, purpose, points: null, cancellationToken);

    /// <summary>Takes a lock that waits for nobody; see <see cref="PointUses"/> for those with points.</summary>
    internal Task<RepositoryLock> TakeAsync(
        LockKind kind, string purpose, IReadOnlyList<string>? points, CancellationToken cancellationToken) =>
        RepositoryLock.TakeAsync(store, documents, time, kind, purpose, points, cancellationToken);

    /// <summary>Takes the maintenance lock; null when another process has it.</summary>
    /// <param name="purpose">What is being done, for people.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<RepositoryLock?> TryTakeMaintenanceAsync(string purpose, CancellationToken cancellationToken)
    {
        // First say so, then look around: of two that come at the same time at least one sees the other.
        var mine = await TakeAsync(LockKind.Maintenance, purpose, points: null, cancellationToken)
            .ConfigureAwait(false);
        var isMine = false;
        try
        {
            var all = await ListAsync(LockKind.Maintenance, cancellationToken).ConfigureAwait(false);
            isMine = all.All(one => one.Session == mine.Session);
            return isMine ? mine : null;
        }
        finally
        {
            if (!isMine) await mine.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The locks of that kind whose owners live; stale ones are deleted.</summary>
    internal async Task<IReadOnlyList<HeldLock>> ListAsync(LockKind kind, CancellationToken cancellationToken)
    {
        var held = new Dictionary<string, HeldLock>(StringComparer.Ordinal);
        while (!await TryListAsync(kind, held, cancellationToken).ConfigureAwait(false)) held.Clear();
        return [.. held.Values];
    }

    /// <summary>
    /// False when a listed lock was gone: it may have been renewed under a number that is not on the list.
    /// </summary>
    private async Task<bool> TryListAsync(
        LockKind kind, Dictionary<string, HeldLock> held, CancellationToken cancellationToken)
    {
        foreach (var key in await store.ListAsync(Folder, cancellationToken).ConfigureAwait(false))
        {
            if (await ReadAsync(key, cancellationToken).ConfigureAwait(false) is not { } found) return false;
            if (LockOwner.IsStale(found.Document, time.GetUtcNow()))
                await store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
            else if (found.Document.Kind == kind)
                held[found.Session] = found;
        }

        return true;
    }

    private async Task<HeldLock?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        var document = await documents.TryReadAsync(key, RepositoryJson.Default.LockDocument, cancellationToken)
            .ConfigureAwait(false);
        return document is null ? null : new HeldLock(key[Folder.Length..].Split('-')[0], document);
    }
}
