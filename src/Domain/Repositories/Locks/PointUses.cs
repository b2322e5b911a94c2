using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Points;

namespace LibvirtBackup.Repositories.Locks;

/// <summary>
/// The points that have to stay, and the one way to remove a point. Servers say what they use in their locks, domains
/// in marks that stay when every process is dead. Who begins to use a point first says so, and then looks whether it is
/// being removed; who removes one does the reverse. So of two that meet at least one sees the other.
/// </summary>
internal sealed class PointUses(
    IBlobStore store, DocumentStore documents, RepositoryLocks locks, PointStore points, TimeProvider time)
{
    internal const string Folder = "uses/";

    /// <summary>A removal takes some milliseconds; that of another host that has died in it is told of.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);

    /// <summary>The file of a domain's mark.</summary>
    internal static string KeyOf(string use) => $"{Folder}{use}.json";

    /// <summary>All uses of all points.</summary>
    /// <exception cref="BackupException">Integrity: a lock or mark is damaged.</exception>
    internal async Task<IReadOnlyList<PointUse>> ListAsync(CancellationToken cancellationToken)
    {
        var uses = new List<PointUse>();
        foreach (var (_, held) in await locks.ListAsync(LockKind.Session, cancellationToken).ConfigureAwait(false))
            uses.AddRange((held.Points ?? []).Select(point => new PointUse(
                point, $"it is being read ({held.Purpose}, pid {held.Process.ProcessId})", "end that")));
        foreach (var key in await store.ListAsync(Folder, cancellationToken).ConfigureAwait(false))
            if (await ReadAsync(key, cancellationToken).ConfigureAwait(false) is { } mark)
                uses.Add(new PointUse(
                    mark.Point, $"domain '{mark.Domain}' of host '{mark.Host}' runs from it",
                    $"finish it there ('lvbackup boot --name {mark.Domain} --finish') or discard it; where that host "
                    + $"is lost for good, remove '{key}' in the repository"));
        return uses;
    }

    /// <summary>Takes a session lock that keeps points.</summary>
    /// <exception cref="BackupException">A point is being removed, or is gone.</exception>
    internal async Task<RepositoryLock> TakeAsync(
        string purpose, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var held = await locks.TakeAsync(LockKind.Session, purpose, ids, cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var point in ids) await RequireAsync(point, cancellationToken).ConfigureAwait(false);
            return held;
        }
        catch
        {
            await held.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Marks a point until <see cref="ReleaseAsync"/>; it may be marked so already.</summary>
    /// <param name="use">The mark's name, which nobody else has.</param>
    /// <param name="mark">What it says.</param>
    /// <param name="cancellationToken">Gives up; the mark may be there.</param>
    /// <exception cref="BackupException">The point is being removed, or is gone; there is no mark.</exception>
    internal async Task MarkAsync(string use, UseDocument mark, CancellationToken cancellationToken)
    {
        if (!await documents.WriteAsync(KeyOf(use), mark, RepositoryJson.Default.UseDocument, cancellationToken)
            .ConfigureAwait(false))
            return;
        try
        {
            await RequireAsync(mark.Point, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await store.DeleteAsync(KeyOf(use), CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Removes a mark; needs no key. One that is not there is no error.</summary>
    /// <exception cref="IOException">The repository is not there, or nothing can be changed in it.</exception>
    internal static async Task ReleaseAsync(string repository, string use, CancellationToken cancellationToken)
    {
        using var files = new DirectoryBlobStore(repository);
        if (await files.GetLengthAsync(RepositoryConfig.Key, cancellationToken).ConfigureAwait(false) is null)
            throw new IOException("the repository is not there");
        await files.DeleteAsync(KeyOf(use), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a point that nobody uses; one that is not there is no error.</summary>
    /// <exception cref="BackupException">Busy: it is in use.</exception>
    internal async Task RemovePointAsync(string point, CancellationToken cancellationToken)
    {
        // Before anything is said, so that a server of a domain that is marked never has to wait.
        await RefuseUsedAsync(point, cancellationToken).ConfigureAwait(false);
        var said = await TrySayAsync(point, cancellationToken).ConfigureAwait(false);
        try
        {
            if (said is not null) await RefuseUsedAsync(point, cancellationToken).ConfigureAwait(false);
            await points.DeleteAsync(point, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (said is not null) await said.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<RepositoryLock?> TrySayAsync(string point, CancellationToken cancellationToken)
    {
        try
        {
            return await locks.TakeAsync(LockKind.Removal, $"forget {point}", [point], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (IOException e) when (e is not BlobUnreadableException)
        {
            // The disk is full. Then nobody can begin to use it either, and a point must go without room.
            return null;
        }
    }

    private async Task RefuseUsedAsync(string point, CancellationToken cancellationToken)
    {
        var uses = await ListAsync(cancellationToken).ConfigureAwait(false);
        if (uses.FirstOrDefault(use => use.Point == point) is { } found)
            throw new BackupException(
                FailureKind.Busy, $"point {point} has to stay: {found.Reason}; {found.Remedy}");
    }

    /// <summary>Waits until nobody removes the point, and makes sure that it is there.</summary>
    private async Task RequireAsync(string point, CancellationToken cancellationToken)
    {
        for (var start = time.GetTimestamp(); await IsBeingRemovedAsync().ConfigureAwait(false);)
        {
            if (time.GetElapsedTime(start) > s_patience)
                throw new BackupException(
                    FailureKind.Busy,
                    $"point {point} is being removed by another process; see whether it is there when that has ended");
            await Task.Delay(s_interval, time, cancellationToken).ConfigureAwait(false);
        }

        await points.ResolveAsync(point, cancellationToken).ConfigureAwait(false);

        async Task<bool> IsBeingRemovedAsync() =>
            (await locks.ListAsync(LockKind.Removal, cancellationToken).ConfigureAwait(false))
            .Any(held => held.Document.Points?.Contains(point) == true);
    }

    private Task<UseDocument?> ReadAsync(string key, CancellationToken cancellationToken) =>
        documents.TryReadAsync(key, RepositoryJson.Default.UseDocument, cancellationToken);
}
