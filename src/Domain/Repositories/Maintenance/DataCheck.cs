using System.Collections.Concurrent;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Checks the packs that points need, or all of them, as deep as it was asked for.</summary>
internal sealed class DataCheck(
    Repository repository,
    VerifyRequest request,
    BlobMarks marks,
    IReadOnlySet<ChunkId> condemned,
    ConcurrentDictionary<ChunkId, Loss> lost,
    List<VerifyProblem> problems,
    IProgress<MaintenanceProgress>? progress)
{
    private readonly ConcurrentDictionary<ChunkId, Loss> _suspects = new();

    /// <summary>Blobs in condemned packs, of which it is no news that they go.</summary>
    private readonly ConcurrentDictionary<ChunkId, Loss> _going = new();

    private readonly ConcurrentDictionary<ChunkId, string> _badPacks = new();
    private readonly Lock _gate = new();
    private long _done;

    internal long CheckedBlobs { get; private set; }

    internal long CheckedBytes { get; private set; }

    /// <summary>Blobs of which some copy is bad.</summary>
    internal IEnumerable<ChunkId> BadCopies => _suspects.Keys;

    /// <param name="files">The indexes that the marks are on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Blobs.BlobMissingException">Somebody has replaced one of the indexes.</exception>
    internal async Task RunAsync(IReadOnlyList<IndexFile> files, CancellationToken cancellationToken)
    {
        var packs = await ChooseAsync(files, cancellationToken).ConfigureAwait(false);
        var total = packs.Sum(pack => (long)pack.Value);
        var places = new ListedPlaces(repository.Index, files);
        using var check = new PackCheck(
            repository.Store,
            (pack, entries, content, problems) =>
                repository.Decoder.CheckAll(pack.Salt, entries, content, problems));
        await Parallel.ForEachAsync(
            packs,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken,
            },
            async (pack, token) =>
            {
                var findings = await CheckAsync(check, pack.Key, pack.Value, token).ConfigureAwait(false);
                Take(pack.Key, findings);
                if (findings is { Problem: null, Table: { } table })
                    await places.CompareAsync(table, token).ConfigureAwait(false);
                progress?.Report(new MaintenanceProgress(Interlocked.Add(ref _done, pack.Value), total));
            }).ConfigureAwait(false);
        await SuspectMislistedAsync(files, packs, places, cancellationToken).ConfigureAwait(false);
        if (request.Depth == VerifyDepth.Sample) await SampleAsync(files, cancellationToken).ConfigureAwait(false);
        if (!_badPacks.IsEmpty) await SuspectAllOfBadPacksAsync(files, cancellationToken).ConfigureAwait(false);
        await JudgeAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The packs with something needed; all that are not condemned where all points are verified.</summary>
    private async Task<Dictionary<ChunkId, int>> ChooseAsync(
        IReadOnlyList<IndexFile> files, CancellationToken cancellationToken)
    {
        var all = request.Points.Count == 0;
        var uses = await PackUses.CountAsync(files, marks, new HashSet<ChunkId>(), cancellationToken)
            .ConfigureAwait(false);
        return uses.Where(use => use.Value.HasNeeded || (all && !condemned.Contains(use.Key)))
            .ToDictionary(use => use.Key, use => use.Value.Length);
    }

    private async ValueTask<PackFindings> CheckAsync(
        PackCheck check, ChunkId pack, int length, CancellationToken cancellationToken)
    {
        if (request.Depth == VerifyDepth.Full)
            return await check.CheckAsync(pack, cancellationToken).ConfigureAwait(false);
        var findings = new PackFindings();
        try
        {
            findings.Table = await PackTables.ReadAsync(repository.Store, pack, cancellationToken)
                .ConfigureAwait(false);
            if (findings.Table.Length != length)
                findings.Problem = $"it has {findings.Table.Length} bytes, not {length}";
        }
        catch (Exception e) when (e is InvalidDataException or Blobs.BlobMissingException
            or Blobs.BlobUnreadableException)
        {
            findings.Problem = e.Message;
        }

        return findings;
    }

    private void Take(ChunkId pack, PackFindings findings)
    {
        lock (_gate)
        {
            CheckedBlobs += findings.CheckedBlobs;
            CheckedBytes += findings.CheckedBytes;
        }

        if (findings.Problem is { } problem) _badPacks.TryAdd(pack, problem);
        foreach (var (entry, why) in findings.Damaged) Suspect(entry.Id, pack, entry.Offset, why);
    }

    private void Suspect(ChunkId id, ChunkId pack, int offset, string why) =>
        Suspect(id, pack, new Loss(id.ToString(), $"in {PackFormat.KeyOf(pack)} at byte {offset}: {why}"));

    private void Suspect(ChunkId id, ChunkId pack, Loss loss) =>
        (condemned.Contains(pack) ? _going : _suspects).TryAdd(id, loss);

    /// <summary>
    /// Of a pack that has no good table the blobs are read one by one, as the indexes know them: a table that is
    /// damaged does not mean that they are.
    /// </summary>
    private async Task SuspectAllOfBadPacksAsync(
        IReadOnlyList<IndexFile> files, CancellationToken cancellationToken)
    {
        foreach (var (pack, why) in _badPacks.Where(bad => !condemned.Contains(bad.Key)))
            lock (_gate)
                problems.Add(new VerifyProblem(null, null, null, PackFormat.KeyOf(pack), why));
        var copies = new BlobCopies(repository.Store, repository.Decoder);
        await foreach (var group in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
            foreach (var copy in group)
            {
                if (!_badPacks.TryGetValue(copy.Pack.Id, out var why)) continue;
                if (condemned.Contains(copy.Pack.Id) && !marks.IsMarked(copy.File, copy.Number)) continue;
                var isGood = await copies.IsGoodAsync(copy.Entry.Id, copy.File.Locate(copy.Entry), cancellationToken)
                    .ConfigureAwait(false);
                if (isGood) continue;
                Suspect(copy.Entry.Id, copy.Pack.Id, new Loss(PackFormat.KeyOf(copy.Pack.Id), why));
            }
    }

    /// <summary>What points need, and an index has elsewhere in a pack than the pack itself.</summary>
    private async Task SuspectMislistedAsync(
        IReadOnlyList<IndexFile> files, Dictionary<ChunkId, int> packs, ListedPlaces places,
        CancellationToken cancellationToken)
    {
        await foreach (var group in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!IsNeeded(group)) continue;
            foreach (var copy in group)
                if (!places.IsRight(copy) && packs.ContainsKey(copy.Pack.Id) && !_badPacks.ContainsKey(copy.Pack.Id))
                    Suspect(
                        copy.Entry.Id, copy.Pack.Id,
                        new Loss(
                            copy.File.Key,
                            $"what it says of object {copy.Entry.Id} is not what "
                            + $"{PackFormat.KeyOf(copy.Pack.Id)} says; 'lvbackup repair' goes by the pack"));
        }
    }

    private async Task SampleAsync(IReadOnlyList<IndexFile> files, CancellationToken cancellationToken)
    {
        var chosen = new List<(ChunkId Id, BlobLocation Location)>();
        await foreach (var group in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
            if (Random.Shared.NextDouble() * 100 < request.SamplePercent && IsWanted(group))
                chosen.Add((group[0].Entry.Id, group[0].File.Locate(group[0].Entry)));
        var copies = new BlobCopies(repository.Store, repository.Decoder);
        await Parallel.ForEachAsync(
            chosen.OrderBy(blob => blob.Location.Pack).ThenBy(blob => blob.Location.Offset),
            cancellationToken,
            async (blob, token) =>
            {
                var plain = System.Buffers.ArrayPool<byte>.Shared.Rent(BlobLimits.BlobLength);
                var why = await copies.TryReadAsync(blob.Id, blob.Location, plain, token).ConfigureAwait(false);
                System.Buffers.ArrayPool<byte>.Shared.Return(plain);
                if (why is not null) Suspect(blob.Id, blob.Location.Pack, blob.Location.Offset, why);
                else
                    lock (_gate)
                    {
                        CheckedBlobs++;
                        CheckedBytes += blob.Location.PlainLength;
                    }
            }).ConfigureAwait(false);
    }

    private bool IsWanted(IReadOnlyList<IndexCopy> group) => request.Points.Count == 0 || IsNeeded(group);

    private bool IsNeeded(IReadOnlyList<IndexCopy> group)
    {
        foreach (var copy in group)
            if (marks.IsMarked(copy.File, copy.Number))
                return true;
        return false;
    }

    /// <summary>A blob is lost when no copy can be read; when one can, there is work for repair all the same.</summary>
    private async Task JudgeAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, loss) in _suspects)
            if (!await IsLostAsync(id, loss, cancellationToken).ConfigureAwait(false))
                problems.Add(new VerifyProblem(
                    null, null, null, loss.StoredObject,
                    $"a copy is damaged, {loss.Message}; another one is good: 'lvbackup repair' drops the bad one"));
        foreach (var (id, loss) in _going) await IsLostAsync(id, loss, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> IsLostAsync(ChunkId id, Loss loss, CancellationToken cancellationToken)
    {
        try
        {
            await repository.Reader.ReadAsync(id, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (BackupException e) when (e.Kind == FailureKind.Integrity)
        {
            lost.TryAdd(id, loss);
            return true;
        }
    }
}
