using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Sessions;

/// <summary>
/// The indexes of a writing session. A long session writes several, so that what it keeps in memory does not grow with
/// what it stores. Thread-safe.
/// </summary>
internal sealed class IndexSegments(IBlobStore store, PackIndex index)
{
    private const int EntriesPerSegment = 1 << 17;

    private readonly Lock _gate = new();
    private List<SealedPack> _packs = [];
    private int _entries;

    /// <summary>Takes notice of a durable pack.</summary>
    /// <returns>The packs that an index lists from now on; mostly none.</returns>
    internal async Task<IReadOnlyList<SealedPack>> AddAsync(SealedPack pack, CancellationToken cancellationToken)
    {
        List<SealedPack> segment;
        lock (_gate)
        {
            _packs.Add(pack);
            _entries += pack.Entries.Count;
            if (_entries < EntriesPerSegment) return [];
            (segment, _packs, _entries) = (_packs, [], 0);
        }

        await WriteAsync(segment, cancellationToken).ConfigureAwait(false);
        return segment;
    }

    /// <summary>Writes the last index; every pack must have been added.</summary>
    internal async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_packs.Count > 0) await WriteAsync(_packs, cancellationToken).ConfigureAwait(false);
        _packs = [];
    }

    private async Task WriteAsync(IReadOnlyList<SealedPack> packs, CancellationToken cancellationToken)
    {
        var (id, content) = IndexWriter.Write(
            [.. packs.Select(pack => new IndexPack(pack.Id, pack.Salt, pack.Length))], Sort(packs));
        await store.PutIfAbsentAsync(IndexFormat.KeyOf(id), content, cancellationToken).ConfigureAwait(false);
        await index.ReloadAsync(cancellationToken).ConfigureAwait(false);
    }

    private static IndexEntry[] Sort(IReadOnlyList<SealedPack> packs)
    {
        var entries = new IndexEntry[packs.Sum(pack => pack.Entries.Count)];
        var ids = new ChunkId[entries.Length];
        var count = 0;
        for (var number = 0; number < packs.Count; number++)
        {
            foreach (var entry in packs[number].Entries)
            {
                ids[count] = entry.Id;
                entries[count++] = new IndexEntry(
                    entry.Id, number, entry.Offset, entry.StoredLength, entry.PlainLength, entry.Codec);
            }
        }

        Array.Sort(ids, entries);
        return entries;
    }
}
