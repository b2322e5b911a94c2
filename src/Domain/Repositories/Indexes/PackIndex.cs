using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Documents;

namespace LibvirtBackup.Repositories.Indexes;

/// <summary>What is stored where: all indexes of the repository as one. Thread-safe.</summary>
internal sealed class PackIndex(IBlobStore store) : IDisposable
{
    // Entries of some three quarters of a million blobs.
    private readonly IndexMemory _memory = new(limitBytes: 36 * Units.MiB);
    private readonly SemaphoreSlim _gate = new(1);
    private volatile IndexFile[]? _files;

    /// <summary>The indexes, largest first; read when first asked for.</summary>
    /// <exception cref="BackupException">Integrity: one is damaged.</exception>
    internal async ValueTask<IReadOnlyList<IndexFile>> GetFilesAsync(CancellationToken cancellationToken)
    {
        if (_files is null) await ReloadAsync(cancellationToken).ConfigureAwait(false);
        return _files!; // set by the line above
    }

    /// <summary>Takes notice of indexes that others have added or deleted.</summary>
    /// <exception cref="BackupException">Integrity: one is damaged.</exception>
    internal async Task ReloadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!await TryReloadAsync(cancellationToken).ConfigureAwait(false))
            {
                // One that was on the list was merged into another while we read: look again.
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Where a blob is; null when it is nowhere, or only in packs that do not count.</summary>
    /// <param name="id">The blob.</param>
    /// <param name="except">Packs that do not count, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async ValueTask<BlobLocation?> FindAsync(
        ChunkId id, IReadOnlySet<ChunkId>? except, CancellationToken cancellationToken)
    {
        var hit = await SearchAsync(id, except, all: null, cancellationToken).ConfigureAwait(false);
        return hit?.File.Locate(hit.Value.Entry);
    }

    /// <summary>Every copy of a blob.</summary>
    internal async ValueTask<IReadOnlyList<BlobLocation>> FindAllAsync(
        ChunkId id, CancellationToken cancellationToken)
    {
        var all = new List<BlobLocation>();
        await SearchAsync(id, except: null, all, cancellationToken).ConfigureAwait(false);
        return all;
    }

    /// <summary>The first entry of a blob, always the same one while the indexes stay the same.</summary>
    internal async ValueTask<IndexPosition?> FindPositionAsync(ChunkId id, CancellationToken cancellationToken)
    {
        var hit = await SearchAsync(id, except: null, all: null, cancellationToken).ConfigureAwait(false);
        return hit is null ? null : new IndexPosition(hit.Value.File, hit.Value.Position);
    }

    public void Dispose() => _gate.Dispose();

    private async ValueTask<(IndexFile File, IndexEntry Entry, int Position)?> SearchAsync(
        ChunkId id, IReadOnlySet<ChunkId>? except, List<BlobLocation>? all, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_files is null) await ReloadAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                foreach (var file in _files!) // set above
                {
                    if (await FindInAsync(file, id, cancellationToken).ConfigureAwait(false) is not { } found) continue;
                    var location = file.Locate(found.Entry);
                    if (except is not null && except.Contains(location.Pack)) continue;
                    if (all is null) return (file, found.Entry, found.Position);
                    all.Add(location);
                }

                return null;
            }
            catch (BlobMissingException e)
            {
                // An index was merged into another meanwhile.
                if (await store.GetLengthAsync(e.Key, cancellationToken).ConfigureAwait(false) is not null)
                    throw Damaged(e.Key, new InvalidDataException("the index was cut", e));
                await ReloadAsync(cancellationToken).ConfigureAwait(false);
                all?.Clear();
            }
        }
    }

    private async ValueTask<(IndexEntry Entry, int Position)?> FindInAsync(
        IndexFile file, ChunkId id, CancellationToken cancellationToken)
    {
        try
        {
            return await file.FindAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(file.Key, e);
        }
    }

    private async Task<bool> TryReloadAsync(CancellationToken cancellationToken)
    {
        var known = (_files ?? []).ToDictionary(file => file.Key, StringComparer.Ordinal);
        var files = new List<IndexFile>();
        foreach (var key in await store.ListAsync(IndexFormat.Folder, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                files.Add(
                    known.GetValueOrDefault(key)
                    ?? await IndexFile.OpenAsync(store, _memory, key, cancellationToken).ConfigureAwait(false));
            }
            catch (BlobMissingException)
            {
                return false;
            }
            catch (InvalidDataException e)
            {
                throw Damaged(key, e);
            }
        }

        foreach (var gone in known.Values.Except(files)) gone.Retire();
        _files = [.. files.OrderByDescending(file => file.Count).ThenBy(file => file.Key, StringComparer.Ordinal)];
        return true;
    }

    private BackupException Damaged(string key, InvalidDataException e) =>
        Damage.OfFile(store.Location, key, e.Message, e);
}
