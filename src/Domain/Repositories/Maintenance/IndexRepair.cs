using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Lists in new indexes each copy of a blob that no good index lists: from the tables of the packs, and where a pack
/// has none that is good, from what can be read of damaged indexes. Then the damaged ones go.
/// </summary>
internal sealed class IndexRepair(Repository repository, RepositoryLock held)
{
    private readonly IBlobStore _store = repository.Store;
    private readonly List<(IndexPack Pack, IndexEntry Entry)> _entries = [];
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);
    private readonly HashSet<ChunkId> _found = [];

    /// <summary>Packs that have blobs which no good index listed, and new ones do.</summary>
    internal int ListedPacks { get; private set; }

    /// <summary>Indexes that were damaged.</summary>
    internal int RemovedIndexes { get; private set; }

    /// <summary>Packs that are there, but damaged or cut.</summary>
    internal HashSet<ChunkId> BrokenPacks { get; } = [];

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var good = new List<IndexFile>();
        foreach (var key in await _store.ListAsync(IndexFormat.Folder, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                good.Add(await IndexCheck.ReadAsync(_store, key, cancellationToken).ConfigureAwait(false));
            }
            catch (InvalidDataException)
            {
                _broken.Add(key);
            }
        }

        var listed = new ListedBlobs(good);
        var counts = await listed.CountAsync(cancellationToken).ConfigureAwait(false);
        foreach (var pack in await PackTables.ListAsync(_store, cancellationToken).ConfigureAwait(false))
        {
            await TakePackAsync(pack, counts.GetValueOrDefault(pack), cancellationToken).ConfigureAwait(false);
            if (_entries.Count >= IndexBuilder.EntriesPerIndex)
                await WriteAsync(listed, cancellationToken).ConfigureAwait(false);
        }

        foreach (var key in _broken) await SalvageAsync(key, cancellationToken).ConfigureAwait(false);
        await WriteAsync(listed, cancellationToken).ConfigureAwait(false);
        if (_broken.Count > 0) await held.RequireAsync(cancellationToken).ConfigureAwait(false);
        foreach (var key in _broken.Where(key => !_written.Contains(key)))
            await _store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        RemovedIndexes = _broken.Count;
        ListedPacks = _found.Except(BrokenPacks).Count();
        await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <param name="id">The pack.</param>
    /// <param name="listedBlobs">How many of its blobs good indexes list.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task TakePackAsync(ChunkId id, int listedBlobs, CancellationToken cancellationToken)
    {
        try
        {
            var pack = await PackTables.ReadAsync(_store, id, cancellationToken).ConfigureAwait(false);
            if (listedBlobs == pack.Entries.Count) return;
            var listed = new IndexPack(pack.Id, pack.Salt, pack.Length);
            _entries.AddRange(pack.Entries.Select(entry => (listed, new IndexEntry(
                entry.Id, 0, entry.Offset, entry.StoredLength, entry.PlainLength, entry.Codec))));
        }
        catch (InvalidDataException)
        {
            BrokenPacks.Add(id);
        }
        catch (BlobMissingException)
        {
            // gone since it was listed
        }
    }

    /// <summary>What a damaged index says of packs that do not say it themselves.</summary>
    private async Task SalvageAsync(string key, CancellationToken cancellationToken)
    {
        IndexFile file;
        try
        {
            file = await IndexCheck.OpenAsync(_store, key, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            return;
        }

        for (var block = 0; block < file.BlockCount; block++)
        {
            try
            {
                var entries = await file.ReadBlockAsync(block, cancellationToken).ConfigureAwait(false);
                _entries.AddRange(entries.Select(entry => (Pack: file.Packs[entry.Pack], entry))
                    .Where(pair => BrokenPacks.Contains(pair.Pack.Id)));
            }
            catch (InvalidDataException)
            {
                // What this block had is lost, unless the packs have it.
            }
        }
    }

    /// <summary>Writes indexes of what is not listed; of several copies of a blob each goes into another one.</summary>
    private async Task WriteAsync(ListedBlobs listed, CancellationToken cancellationToken)
    {
        var sorted = await listed
            .SelectUnlistedAsync([.. _entries.OrderBy(copy => copy.Entry.Id)], _found, cancellationToken)
            .ConfigureAwait(false);
        _entries.Clear();
        for (var more = new List<(IndexPack, IndexEntry)>(); sorted.Count > 0; (sorted, more) = (more, []))
        {
            var builder = new IndexBuilder(_store) { Broken = _broken };
            for (var i = 0; i < sorted.Count; i++)
                if (i > 0 && sorted[i].Entry.Id == sorted[i - 1].Entry.Id)
                    more.Add(sorted[i]);
                else
                    await builder.AddAsync(sorted[i].Pack, sorted[i].Entry, cancellationToken).ConfigureAwait(false);
            await builder.FlushAsync(cancellationToken).ConfigureAwait(false);
            _written.UnionWith(builder.Keys);
        }
    }
}
