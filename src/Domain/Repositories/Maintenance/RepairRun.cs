using System.Collections.Concurrent;
using LibvirtBackup.Repositories.Documents;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// One repair, under the maintenance lock: first the indexes, so that what is stored can be found; then packs; then
/// single copies; then what is still lost, from elsewhere. Nothing good is deleted before it is stored elsewhere.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="held">The maintenance lock.</param>
/// <param name="heal">
/// Stores again what it finds of what points have lost, and returns how many blobs that were; null: nobody can.
/// </param>
internal sealed class RepairRun(
    Repository repository,
    RepositoryLock held,
    Func<IReadOnlyCollection<ChunkId>, IReadOnlyList<(RestorePoint Point, PointTree Tree, LostPlace Place)>,
        CancellationToken, Task<int>>? heal)
{
    private readonly List<RestorePoint> _points = [];
    private readonly List<VerifiedPoint> _unread = [];

    internal async Task<RepairReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        var notes = await BookkeepingRepair.RemoveNotesAsync(repository.Store, cancellationToken)
            .ConfigureAwait(false);
        var noted = await DamageNotes.ListAsync(repository, cancellationToken).ConfigureAwait(false);
        var indexes = new IndexRepair(repository, held);
        await indexes.RunAsync(cancellationToken).ConfigureAwait(false);
        var salvage = new PackSalvage(repository, held, new GcTally(repository.Store));
        var removed = await salvage.RunAsync(indexes.BrokenPacks, cancellationToken).ConfigureAwait(false);
        await ReadPointsAsync(cancellationToken).ConfigureAwait(false);
        var lost = await FindLostAsync(cancellationToken).ConfigureAwait(false);
        var dropped = await FindBadCopiesAsync(lost.Keys, cancellationToken).ConfigureAwait(false);
        // Their packs are written anew without them, so that nobody meets them again.
        removed += await salvage.RunAsync(dropped.Select(copy => copy.Pack).ToHashSet(), cancellationToken)
            .ConfigureAwait(false);
        lost = await FindLostAsync(cancellationToken).ConfigureAwait(false);
        var healed = 0;
        for (var before = -1; heal is not null && !lost.IsEmpty && healed > before;)
        {
            // A node that is there again shows what is lost below it.
            before = healed;
            healed += await heal(
                    [.. lost.Keys], await FindPlacesAsync(lost, cancellationToken).ConfigureAwait(false),
                    cancellationToken)
                .ConfigureAwait(false);
            if (healed > before) lost = await FindLostAsync(cancellationToken).ConfigureAwait(false);
        }

        var damaged = await LocateAsync(lost, cancellationToken).ConfigureAwait(false);
        await DamageNotes.WriteAsync(
                repository, [.. lost.Keys], [.. damaged.Select(point => point.Id)], noted, cancellationToken)
            .ConfigureAwait(false);
        return new RepairReport
        {
            ListedPacks = indexes.ListedPacks,
            RemovedIndexes = indexes.RemovedIndexes,
            RemovedPacks = removed,
            DroppedCopies = dropped.Count,
            HealedBlobs = healed,
            RemovedDamageNotes = notes,
            DamagedPoints = damaged,
        };
    }

    private async Task ReadPointsAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await repository.Points.ListIdsAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (await repository.Points.TryReadAsync(id, cancellationToken).ConfigureAwait(false) is not { } point)
                    continue;
                // What has impossible sizes or ids cannot be walked either.
                _ = PointTree.Of(point, repository.ChunkSizeBytes);
                _ = PointTree.DirtyMapsOf(point).Count();
                _points.Add(point);
            }
            catch (Exception e) when (e is InvalidDataException or BackupException { Kind: FailureKind.Integrity })
            {
                _unread.Add(new VerifiedPoint(
                    id,
                    [new VerifyProblem(
                        null, null, null, $"points/{id}.json",
                        $"{Damage.ProblemOf(e)}; only 'lvbackup forget {id}' is left")]));
            }
        }
    }

    private async Task<ConcurrentDictionary<ChunkId, Loss>> FindLostAsync(CancellationToken cancellationToken)
    {
        // What the points need was listed before they were: backups may have ended since the indexes were read.
        await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
        var lost = new ConcurrentDictionary<ChunkId, Loss>();
        var walk = new PointWalk(repository, lost);
        foreach (var point in _points) await walk.WalkAsync(point, cancellationToken).ConfigureAwait(false);
        return lost;
    }

    /// <summary>Copies that are bad, of blobs that were noted or met as damaged.</summary>
    private async Task<IReadOnlySet<(ChunkId Id, ChunkId Pack)>> FindBadCopiesAsync(
        IEnumerable<ChunkId> lost, CancellationToken cancellationToken)
    {
        var noted = await repository.Notes.ListDamagedAsync(cancellationToken).ConfigureAwait(false);
        var suspects = noted.SelectMany(note => note.Blobs)
            .Select(text => ChunkId.TryParse(text, out var id) ? id : (ChunkId?)null)
            .OfType<ChunkId>().Concat(lost).ToHashSet();
        var copies = new BlobCopies(repository.Store, repository.Decoder) { TakesUnreadableForBad = false };
        var bad = new HashSet<(ChunkId Id, ChunkId Pack)>();
        foreach (var id in suspects)
            foreach (var copy in await repository.Index.FindAllAsync(id, cancellationToken).ConfigureAwait(false))
                if (!await copies.IsGoodAsync(id, copy, cancellationToken).ConfigureAwait(false))
                    bad.Add((id, copy.Pack));
        return bad;
    }

    private async Task<IReadOnlyList<(RestorePoint Point, PointTree Tree, LostPlace Place)>> FindPlacesAsync(
        ConcurrentDictionary<ChunkId, Loss> lost, CancellationToken cancellationToken)
    {
        var places = new List<(RestorePoint, PointTree, LostPlace)>();
        var locator = new DamageLocator(repository, lost);
        foreach (var point in _points)
            foreach (var tree in PointTree.Of(point, repository.ChunkSizeBytes))
                await foreach (var place in locator.FindAsync(tree, cancellationToken).ConfigureAwait(false))
                    places.Add((point, tree, place));
        return places;
    }

    private async Task<IReadOnlyList<VerifiedPoint>> LocateAsync(
        ConcurrentDictionary<ChunkId, Loss> lost, CancellationToken cancellationToken)
    {
        var damaged = new List<VerifiedPoint>(_unread);
        var locator = new DamageLocator(repository, lost);
        foreach (var point in _points)
        {
            var problems = await locator.LocateAsync(point, cancellationToken).ConfigureAwait(false);
            if (problems.Count > 0) damaged.Add(new VerifiedPoint(point.Id, problems));
        }

        return [.. damaged.OrderBy(point => point.Id, StringComparer.Ordinal)];
    }
}
