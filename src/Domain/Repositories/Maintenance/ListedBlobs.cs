using LibvirtBackup.Repositories.Indexes;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// What good indexes list. That one names a pack does not say that it lists all of it: the entries of a pack may be
/// spread over several indexes, and where a blob had two copies, a merged index has only one.
/// </summary>
internal sealed class ListedBlobs(IReadOnlyList<IndexFile> files)
{
    /// <summary>How many blobs of each pack are listed.</summary>
    internal async Task<Dictionary<ChunkId, int>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new Dictionary<ChunkId, int>();
        var packs = new HashSet<ChunkId>();
        await foreach (var copies in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            packs.Clear();
            foreach (var copy in copies)
                if (packs.Add(copy.Pack.Id)) counts[copy.Pack.Id] = counts.GetValueOrDefault(copy.Pack.Id) + 1;
        }

        return counts;
    }

    /// <summary>Those of the copies that are not listed.</summary>
    /// <param name="sorted">Copies in ascending order of their blobs' ids.</param>
    /// <param name="found">Gets the packs that have a blob of which not even another copy is listed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<List<(IndexPack Pack, IndexEntry Entry)>> SelectUnlistedAsync(
        IReadOnlyList<(IndexPack Pack, IndexEntry Entry)> sorted,
        ISet<ChunkId> found,
        CancellationToken cancellationToken)
    {
        var unlisted = new List<(IndexPack Pack, IndexEntry Entry)>();
        var next = 0;
        await foreach (var copies in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var id = copies[0].Entry.Id;
            while (next < sorted.Count && sorted[next].Entry.Id < id) TakeFound(sorted[next++]);
            for (; next < sorted.Count && sorted[next].Entry.Id == id; next++)
                if (!HasPack(copies, sorted[next].Pack.Id)) unlisted.Add(sorted[next]);
            if (next == sorted.Count) break;
        }

        while (next < sorted.Count) TakeFound(sorted[next++]);
        return unlisted;

        void TakeFound((IndexPack Pack, IndexEntry Entry) copy)
        {
            unlisted.Add(copy);
            found.Add(copy.Pack.Id);
        }
    }

    private static bool HasPack(IReadOnlyList<IndexCopy> copies, ChunkId pack)
    {
        foreach (var copy in copies)
            if (copy.Pack.Id == pack) return true;
        return false;
    }
}
