using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// One run of gc, under the maintenance lock. Every step leaves a repository whose points can be restored, so it may
/// end anywhere. What can be deleted without writing much goes first: a full disk is what gc is called for.
/// </summary>
internal sealed class GcRun(Repository repository, RepositoryLock held, TimeProvider time)
{
    /// <summary>What is repacked at a time; less where the disk has no room for so much.</summary>
    private const int PacksPerBatch = 128;

    /// <summary>What one note condemns: a full disk has room for a small one.</summary>
    private const int PacksPerCondemnation = 1024;

    private readonly GcTally _tally = new(repository.Store);
    private readonly List<string> _warnings = [];
    private readonly HashSet<ChunkId> _condemned = [];
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    private long _deferredBytes;

    // Its marks are on entries of indexes: it is made anew when an index was replaced.
    private LiveBlobs _live = new(repository);

    internal async Task<GcReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        // Before anything is deleted: a point may need what no index names.
        await _live.MarkNewAsync(cancellationToken).ConfigureAwait(false);
        await RemoveLeftoversAsync(cancellationToken).ConfigureAwait(false);
        while (await RemoveNeedlessAsync(cancellationToken).ConfigureAwait(false))
        {
            // There was no room to condemn all that nobody needs; now there is more.
        }

        await RepackAsync(cancellationToken).ConfigureAwait(false);
        await MergeIndexesAsync(cancellationToken).ConfigureAwait(false);
        if (_hidden.Count > 0) _warnings.Add(HiddenBlobs.Warn(_hidden.Count));
        return new GcReport
        {
            RemovedBytes = _tally.RemovedBytes,
            RemovedObjects = _tally.RemovedObjects,
            WrittenBytes = _tally.WrittenBytes,
            DeferredBytes = _deferredBytes,
            Warnings = _warnings,
        };
    }

    private async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        var found = await Leftovers.FindAsync(repository, time, cancellationToken).ConfigureAwait(false);
        if (_live.HasUnlisted) _hidden.UnionWith(found.Packs);
        await held.RequireAsync(cancellationToken).ConfigureAwait(false);
        foreach (var key in found.Files.Concat(found.Packs).Where(key => !_hidden.Contains(key)))
            await _tally.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes what earlier runs have condemned, and packs with nothing that is needed.</summary>
    /// <returns>True when something is left to do.</returns>
    private async Task<bool> RemoveNeedlessAsync(CancellationToken cancellationToken)
    {
        _deferredBytes = 0;
        await _live.MarkNewAsync(cancellationToken).ConfigureAwait(false);
        var all = (await Condemnation.ListAsync(repository, cancellationToken).ConfigureAwait(false)).ToList();
        foreach (var earlier in all) _condemned.UnionWith(earlier.Packs);
        var needless = await FindAsync(use => !use.HasNeeded, cancellationToken).ConfigureAwait(false);
        var isAll = await CondemnAllAsync(needless.Keys, all, cancellationToken).ConfigureAwait(false);
        var due = await TakeDueAsync(all, cancellationToken).ConfigureAwait(false);
        if (due.Count == 0) return false;
        var packs = await SpareNeededAsync(due, cancellationToken).ConfigureAwait(false);
        try
        {
            await ForgetPacksAsync(packs, cancellationToken).ConfigureAwait(false);
            await DeletePacksAsync(packs, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The disk is too full for new indexes. As long as the packs are condemned nobody relies on them, so they
            // may go first.
            await DeletePacksAsync(packs, cancellationToken).ConfigureAwait(false);
            await ForgetPacksAsync(packs, cancellationToken).ConfigureAwait(false);
        }

        await LiftAsync(due, cancellationToken).ConfigureAwait(false);
        _live = new LiveBlobs(repository);
        return !isAll;
    }

    /// <returns>False when the disk had no room for all.</returns>
    private async Task<bool> CondemnAllAsync(
        IEnumerable<ChunkId> packs, List<Condemnation> all, CancellationToken cancellationToken)
    {
        foreach (var some in packs.Chunk(PacksPerCondemnation))
        {
            try
            {
                all.Add(await CondemnAsync(some, cancellationToken).ConfigureAwait(false));
            }
            catch (IOException)
            {
                if (await DiskReserve.TrySpendAsync(repository.Store, cancellationToken).ConfigureAwait(false))
                    all.Add(await CondemnAsync(some, cancellationToken).ConfigureAwait(false));
                else if (all.Count == 0)
                    throw;
                else
                    return false;
            }
        }

        return true;
    }

    /// <summary>Writes what is needed of packs that are mostly needless into new ones, some packs at a time.</summary>
    private async Task RepackAsync(CancellationToken cancellationToken)
    {
        await _live.MarkNewAsync(cancellationToken).ConfigureAwait(false);
        var sparse = await FindAsync(use => use.IsSparse, cancellationToken).ConfigureAwait(false);
        // The emptiest first: they give the most for the least.
        var queue = new Queue<ChunkId>(sparse.OrderBy(pack => pack.Value.NeededBytes).Select(pack => pack.Key));
        var (done, removed, batch) = (new List<Condemnation>(), new HashSet<ChunkId>(), PacksPerBatch);
        while (queue.Count > 0)
        {
            var packs = queue.Take(batch).ToHashSet();
            try
            {
                var empty = await new Repacker(repository, _live.Marks, _condemned)
                    .RepackAsync(packs, cancellationToken).ConfigureAwait(false);
                _tally.WrittenBytes += empty.Sum(pack => sparse[pack].NeededBytes);
                if (empty.Count > 0)
                    done.AddRange(await RemoveBatchAsync(empty, removed, cancellationToken).ConfigureAwait(false));
                for (var i = packs.Count; i > 0; i--) queue.Dequeue();
            }
            catch (IOException e)
            {
                // What was written is needless again, and in the way.
                await RemoveLeftoversAsync(cancellationToken).ConfigureAwait(false);
                if (batch > 1)
                {
                    batch = Math.Max(1, batch / 8);
                    continue;
                }

                if (await DiskReserve.TrySpendAsync(repository.Store, cancellationToken).ConfigureAwait(false))
                    continue;

                _warnings.Add($"{queue.Count} packs that are mostly needless could not be written anew ({e.Message}); "
                    + "run gc again when there is room");
                break;
            }
        }

        // Only now, so that the marks stay where they are; until then the condemnations stand for it.
        await ForgetPacksAsync(removed, cancellationToken).ConfigureAwait(false);
        await LiftAsync(done, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Condemnation>> RemoveBatchAsync(
        IReadOnlyCollection<ChunkId> packs, HashSet<ChunkId> removed, CancellationToken cancellationToken)
    {
        var condemnation = await CondemnAsync(packs, cancellationToken).ConfigureAwait(false);
        var due = await TakeDueAsync([condemnation], cancellationToken).ConfigureAwait(false);
        var needless = await SpareNeededAsync(due, cancellationToken).ConfigureAwait(false);
        await DeletePacksAsync(needless, cancellationToken).ConfigureAwait(false);
        removed.UnionWith(needless);
        return due;
    }

    private async Task<Condemnation> CondemnAsync(
        IReadOnlyCollection<ChunkId> packs, CancellationToken cancellationToken)
    {
        var made = await Condemnation.PronounceAsync(repository, packs, cancellationToken).ConfigureAwait(false);
        _condemned.UnionWith(packs);
        return made;
    }

    /// <summary>Those that can be carried out now; the others are counted and left to a later run.</summary>
    private async Task<List<Condemnation>> TakeDueAsync(
        IReadOnlyList<Condemnation> all, CancellationToken cancellationToken)
    {
        var due = new List<Condemnation>();
        foreach (var condemnation in all)
        {
            if (await condemnation.IsDueAsync(repository, cancellationToken).ConfigureAwait(false))
            {
                due.Add(condemnation);
                continue;
            }

            foreach (var pack in condemnation.Packs)
                _deferredBytes += await repository.Store.GetLengthAsync(PackFormat.KeyOf(pack), cancellationToken)
                    .ConfigureAwait(false) ?? 0;
        }

        return due;
    }

    /// <summary>
    /// The condemned packs but those that are needed: a session that has ended since may have made a point of what had
    /// looked needless.
    /// </summary>
    private async Task<HashSet<ChunkId>> SpareNeededAsync(
        IReadOnlyList<Condemnation> due, CancellationToken cancellationToken)
    {
        var packs = due.SelectMany(condemnation => condemnation.Packs).ToHashSet();
        if (packs.Count == 0) return packs;
        await _live.MarkNewAsync(cancellationToken).ConfigureAwait(false);
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        var copies = new BlobCopies(repository.Store, repository.Decoder);
        packs.ExceptWith(await PackUses
            .FindOnlyHoldersAsync(files, _live.Marks, copies, packs, _condemned, cancellationToken)
            .ConfigureAwait(false));
        await SpareHiddenAsync(packs, cancellationToken).ConfigureAwait(false);
        return packs;
    }

    private async Task<Dictionary<ChunkId, PackUse>> FindAsync(
        Func<PackUse, bool> wanted, CancellationToken cancellationToken)
    {
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        var uses = await PackUses.CountAsync(files, _live.Marks, _condemned, cancellationToken).ConfigureAwait(false);
        var found = uses.Where(use => wanted(use.Value)).ToDictionary();
        var packs = found.Keys.ToHashSet();
        await SpareHiddenAsync(packs, cancellationToken).ConfigureAwait(false);
        return found.Where(use => packs.Contains(use.Key)).ToDictionary();
    }

    /// <summary>Leaves packs alone that may have what points need, though no index says so.</summary>
    private async Task SpareHiddenAsync(HashSet<ChunkId> packs, CancellationToken cancellationToken)
    {
        if (!_live.HasUnlisted) return;
        var hidden = await HiddenBlobs.FindHoldersAsync(repository, packs, cancellationToken).ConfigureAwait(false);
        _hidden.UnionWith(hidden.Select(PackFormat.KeyOf));
        packs.ExceptWith(hidden);
    }

    private async Task ForgetPacksAsync(HashSet<ChunkId> packs, CancellationToken cancellationToken)
    {
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        await new IndexRewriter(repository, held, _condemned, _tally)
            .RewriteAsync(
                [.. files.Where(file => file.Packs.Any(pack => packs.Contains(pack.Id)))], packs, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task DeletePacksAsync(HashSet<ChunkId> packs, CancellationToken cancellationToken)
    {
        if (packs.Count > 0) await held.RequireAsync(cancellationToken).ConfigureAwait(false);
        foreach (var pack in packs)
            await _tally.DeleteAsync(PackFormat.KeyOf(pack), cancellationToken).ConfigureAwait(false);
    }

    private async Task LiftAsync(IReadOnlyList<Condemnation> done, CancellationToken cancellationToken)
    {
        foreach (var condemnation in done)
        {
            await condemnation.LiftAsync(repository, cancellationToken).ConfigureAwait(false);
            _condemned.ExceptWith(condemnation.Packs);
        }
    }

    private async Task MergeIndexesAsync(CancellationToken cancellationToken)
    {
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        var small = files.Where(file => file.Count < IndexBuilder.SmallIndex).ToList();
        if (small.Count < 2) return;
        try
        {
            await new IndexRewriter(repository, held, _condemned, _tally)
                .RewriteAsync(small, new HashSet<ChunkId>(), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            _warnings.Add($"{small.Count} small indexes could not be merged ({e.Message}); run gc again when there "
                + "is room");
        }
    }
}
