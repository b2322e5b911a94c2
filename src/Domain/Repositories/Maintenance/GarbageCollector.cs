using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Gives back the space that no point needs. Backups and restores may go on meanwhile; where one may rely on what is to
/// go, the deletion is left to a later run.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class GarbageCollector(TimeProvider time)
{
    /// <summary>Deletes what no point needs.</summary>
    /// <param name="repository">The repository; no backup writes through this object meanwhile.</param>
    /// <param name="cancellationToken">
    /// Stops between two steps; what was done stays done, and the next run does the rest.
    /// </param>
    /// <exception cref="BackupException">
    /// Busy: another process does maintenance. Integrity: damage hides what a point needs, so nothing was deleted.
    /// </exception>
    public async Task<GcReport> CollectAsync(Repository repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var held = await MaintenanceLock.TakeAsync(repository, "gc", cancellationToken).ConfigureAwait(false);
        await using var closing = held.ConfigureAwait(false);
        try
        {
            var report = await new GcRun(repository, held, time).ExecuteAsync(cancellationToken).ConfigureAwait(false);
            await DiskReserve.TryRefillAsync(repository.Store, cancellationToken).ConfigureAwait(false);
            return report;
        }
        catch (InvalidDataException e)
        {
            throw Damaged(repository, e);
        }
    }

    /// <summary>Says what <see cref="CollectAsync"/> would free, and changes nothing.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">Integrity: damage hides what a point needs.</exception>
    public async Task<GcReport> EstimateAsync(Repository repository, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        try
        {
            var live = new LiveBlobs(repository);
            await live.MarkNewAsync(cancellationToken).ConfigureAwait(false);
            var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
            var uses = await PackUses.CountAsync(files, live.Marks, new HashSet<ChunkId>(), cancellationToken)
                .ConfigureAwait(false);
            var tally = new GcTally(repository.Store);
            foreach (var use in uses.Values.Where(use => !use.HasNeeded || use.IsSparse))
                tally.Count(use.Length - use.NeededBytes);
            var left = await Leftovers.FindAsync(repository, time, cancellationToken).ConfigureAwait(false);
            foreach (var key in live.HasUnlisted ? left.Files : left.Files.Concat(left.Packs))
                tally.Count(await LengthAsync(repository.Store, key, cancellationToken).ConfigureAwait(false));
            return new GcReport
            {
                RemovedBytes = tally.RemovedBytes,
                RemovedObjects = tally.RemovedObjects,
                WrittenBytes = 0,
                DeferredBytes = 0,
                Warnings = live.HasUnlisted && left.Packs.Count > 0 ? [HiddenBlobs.Warn(left.Packs.Count)] : [],
            };
        }
        catch (InvalidDataException e)
        {
            throw Damaged(repository, e);
        }
    }

    private static async Task<long> LengthAsync(IBlobStore store, string key, CancellationToken cancellationToken) =>
        await store.GetLengthAsync(key, cancellationToken).ConfigureAwait(false) ?? 0;

    private static BackupException Damaged(Repository repository, InvalidDataException e) => new(
        FailureKind.Integrity,
        $"repository '{repository.Location}' is damaged: {e.Message}; nothing is deleted, try 'lvbackup repair'", e);
}
