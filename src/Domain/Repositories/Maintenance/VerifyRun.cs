using System.Collections.Concurrent;
using LibvirtBackup.Repositories.Indexes;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// One verification: the maps of the points first, then the data, pack by pack; last, where what was found affects the
/// points.
/// </summary>
internal sealed class VerifyRun(
    Repository repository, VerifyRequest request, IProgress<MaintenanceProgress>? progress, List<string> warnings)
{
    private readonly ConcurrentDictionary<ChunkId, Loss> _lost = new();
    private readonly List<VerifyProblem> _problems = [];
    private readonly List<(string Id, RestorePoint? Point, VerifyProblem? Problem)> _points = [];

    internal async Task<VerifyReport> ExecuteAsync(CancellationToken cancellationToken)
    {
        // gc may delete these while this runs, but no others: before any index is read that may still list them.
        var condemned = await repository.Notes.ListCondemnedPacksAsync(cancellationToken).ConfigureAwait(false);
        var noted = await DamageNotes.ListAsync(repository, cancellationToken).ConfigureAwait(false);
        await ReadPointsAsync(cancellationToken).ConfigureAwait(false);
        if (await FindBrokenIndexAsync(cancellationToken).ConfigureAwait(false) is { } broken)
            return Report(
                [.. _points.Select(point => point.Point is { } read ? AllOf(read, broken) : Unread(point))]);
        var (files, needed) = await WalkAsync(cancellationToken).ConfigureAwait(false);
        var data = new DataCheck(repository, request, needed, condemned, _lost, _problems, progress);
        await data.RunAsync(files, cancellationToken).ConfigureAwait(false);
        var locator = new DamageLocator(repository, _lost);
        var verified = new List<VerifiedPoint>();
        foreach (var point in _points)
            verified.Add(point.Problem is not null
                ? Unread(point)
                : new VerifiedPoint(
                    point.Id,
                    await locator.LocateAsync(point.Point!, cancellationToken).ConfigureAwait(false)));
        foreach (var (id, loss) in _lost.Where(lost => !locator.Needed.Contains(lost.Key)))
            _problems.Add(new VerifyProblem(null, null, null, loss.StoredObject, $"{loss.Message}; {NobodyNeeds(id)}"));
        if (request.Points.Count == 0)
            await RepositoryScrubber.CheckBookkeepingAsync(repository.Store, _problems, cancellationToken)
                .ConfigureAwait(false);
        await NoteAsync(data.BadCopies, verified, noted, cancellationToken).ConfigureAwait(false);
        return Report(verified) with { CheckedBlobs = data.CheckedBlobs, CheckedBytes = data.CheckedBytes };
    }

    private async Task ReadPointsAsync(CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        foreach (var name in request.Points)
            ids.Add(await repository.FindPointAsync(name, cancellationToken).ConfigureAwait(false));
        if (ids.Count == 0) ids.AddRange(await repository.Points.ListIdsAsync(cancellationToken).ConfigureAwait(false));
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            try
            {
                if (await repository.Points.TryReadAsync(id, cancellationToken).ConfigureAwait(false) is { } point)
                    _points.Add((id, point, null));
            }
            catch (BackupException e) when (e.Kind == FailureKind.Integrity)
            {
                _points.Add((id, null, ManifestProblem(id, e)));
            }
        }
    }

    /// <summary>Without all of its indexes nothing in the repository can be found.</summary>
    private async Task<VerifyProblem?> FindBrokenIndexAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await repository.Store.ListAsync(IndexFormat.Folder, cancellationToken)
            .ConfigureAwait(false))
        {
            try
            {
                await IndexCheck.ReadAsync(repository.Store, key, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidDataException or Blobs.BlobUnreadableException)
            {
                _problems.Add(new VerifyProblem(
                    null, null, null, key, $"{e.Message}; 'lvbackup repair' makes the indexes anew"));
            }
            catch (Blobs.BlobMissingException)
            {
                // gc has merged it into another one meanwhile, which is good: it was just written.
            }
        }

        return _problems.Count > 0 ? _problems[0] : null;
    }

    /// <summary>Finds what the points need, and the indexes in which it is marked.</summary>
    private async Task<(IReadOnlyList<IndexFile> Files, BlobMarks Needed)> WalkAsync(
        CancellationToken cancellationToken)
    {
        while (true)
        {
            // What the points need was listed before they were; this process may have read the indexes earlier.
            await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
            _lost.Clear();
            var walk = new PointWalk(repository, _lost);
            for (var i = 0; i < _points.Count; i++)
                if (_points[i].Point is { } point)
                    _points[i] = await WalkAsync(walk, point, cancellationToken).ConfigureAwait(false);
            var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
            // An index that was merged meanwhile has taken its marks with it: what they were on would not be read.
            if (walk.Marks.AreOn(files)) return (files, walk.Marks);
        }
    }

    private static async Task<(string Id, RestorePoint? Point, VerifyProblem? Problem)> WalkAsync(
        PointWalk walk, RestorePoint point, CancellationToken cancellationToken)
    {
        try
        {
            await walk.WalkAsync(point, cancellationToken).ConfigureAwait(false);
            return (point.Id, point, null);
        }
        catch (InvalidDataException e)
        {
            return (point.Id, null, ManifestProblem(point.Id, e));
        }
    }

    private async Task NoteAsync(
        IEnumerable<ChunkId> badCopies, List<VerifiedPoint> verified, IReadOnlyList<string> noted,
        CancellationToken cancellationToken)
    {
        var isAll = request.Points.Count == 0 && request.Depth == VerifyDepth.Full;
        try
        {
            await DamageNotes.WriteAsync(
                    repository, [.. _lost.Keys.Concat(badCopies).Distinct()],
                    [.. verified.Where(point => !point.IsGood).Select(point => point.Id)], isAll ? noted : null,
                    cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warnings.Add($"what was found could not be noted in the repository: {e.Message}");
        }
    }

    private VerifyReport Report(IReadOnlyList<VerifiedPoint> verified) => new()
    {
        Points = verified,
        Problems = _problems,
        CheckedBlobs = 0,
        CheckedBytes = 0,
        Warnings = warnings,
    };

    private string NobodyNeeds(ChunkId id) => request.Points.Count == 0
        ? $"no point needs it (object {id})"
        : $"none of these points needs it (object {id})";

    private static VerifyProblem ManifestProblem(string id, Exception e) =>
        new(null, null, null, $"points/{id}.json", e.Message);

    private static VerifiedPoint Unread((string Id, RestorePoint? Point, VerifyProblem? Problem) point) =>
        new(point.Id, [point.Problem!]); // asked for only where there is one

    private static VerifiedPoint AllOf(RestorePoint point, VerifyProblem problem) => new(
        point.Id,
        [.. point.Disks.Select(disk => problem with
        {
            Disk = disk.Name, OffsetBytes = 0, LengthBytes = disk.VirtualSizeBytes,
        })]);
}
