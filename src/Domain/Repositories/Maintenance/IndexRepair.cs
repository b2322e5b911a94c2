using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Lists in new indexes what no good index lists: from the tables of the packs, and where a pack has none that is good,
/// from what can be read of damaged indexes. Then the damaged ones go.
/// </summary>
internal sealed class IndexRepair(Repository repository)
{
    private readonly IBlobStore _store = repository.Store;
    private readonly List<(IndexPack Pack, IndexEntry Entry)> _entries = [];
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);

    /// <summary>Packs that are listed in new indexes.</summary>
    internal int ListedPacks { get; private set; }

    /// <summary>Indexes that were damaged.</summary>
    internal int RemovedIndexes { get; private set; }

    /// <summary>Packs that are there, but damaged or cut.</summary>
    internal HashSet<ChunkId> BrokenPacks { get; } = [];

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var named = new HashSet<ChunkId>();
        foreach (var key in await _store.ListAsync(IndexFormat.Folder, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var file = await IndexCheck.ReadAsync(_store, key, cancellationToken).ConfigureAwait(false);
                named.UnionWith(file.Packs.Select(pack => pack.Id));
            }
            catch (InvalidDataException)
            {
                _broken.Add(key);
            }
        }

        foreach (var pack in await PackTables.ListAsync(_store, cancellationToken).ConfigureAwait(false))
            await TakePackAsync(pack, isListed: named.Contains(pack), cancellationToken).ConfigureAwait(false);
        foreach (var key in _broken) await SalvageAsync(key, named, cancellationToken).ConfigureAwait(false);
        await WriteAsync(all: true, cancellationToken).ConfigureAwait(false);
        foreach (var key in _broken.Where(key => !_written.Contains(key)))
            await _store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        RemovedIndexes = _broken.Count;
        await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task TakePackAsync(ChunkId id, bool isListed, CancellationToken cancellationToken)
    {
        try
        {
            var pack = await PackTables.ReadAsync(_store, id, cancellationToken).ConfigureAwait(false);
            if (isListed) return;
            ListedPacks++;
            var listed = new IndexPack(pack.Id, pack.Salt, pack.Length);
            _entries.AddRange(pack.Entries.Select(entry => (listed, new IndexEntry(
                entry.Id, 0, entry.Offset, entry.StoredLength, entry.PlainLength, entry.Codec))));
            if (_entries.Count >= IndexBuilder.EntriesPerIndex)
                await WriteAsync(all: false, cancellationToken).ConfigureAwait(false);
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
    private async Task SalvageAsync(string key, HashSet<ChunkId> named, CancellationToken cancellationToken)
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
                    .Where(pair => BrokenPacks.Contains(pair.Pack.Id) && !named.Contains(pair.Pack.Id)));
            }
            catch (InvalidDataException)
            {
                // What this block had is lost, unless the packs have it.
            }
        }
    }

    /// <summary>Writes indexes; of several copies of a blob each goes into another one.</summary>
    private async Task WriteAsync(bool all, CancellationToken cancellationToken)
    {
        while (_entries.Count > 0)
        {
            var sorted = _entries.OrderBy(pair => pair.Entry.Id).ToList();
            _entries.Clear();
            var builder = new IndexBuilder(_store) { Broken = _broken };
            for (var i = 0; i < sorted.Count; i++)
                if (i > 0 && sorted[i].Entry.Id == sorted[i - 1].Entry.Id)
                    _entries.Add(sorted[i]);
                else
                    await builder.AddAsync(sorted[i].Pack, sorted[i].Entry, cancellationToken).ConfigureAwait(false);
            await builder.FlushAsync(cancellationToken).ConfigureAwait(false);
            _written.UnionWith(builder.Keys);
            if (!all) return;
        }
    }
}
