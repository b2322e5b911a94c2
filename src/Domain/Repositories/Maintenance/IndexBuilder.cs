using System.Runtime.InteropServices;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Writes indexes from entries that come in ascending order, several where one gets too long.</summary>
internal sealed class IndexBuilder(IBlobStore store)
{
    /// <summary>Some 25 MiB of entries, held in memory twice.</summary>
    internal const int EntriesPerIndex = 1 << 19;

    /// <summary>Indexes with fewer entries are merged, for every index makes each look-up dearer.</summary>
    internal const int SmallIndex = EntriesPerIndex / 4;

    private readonly List<string> _keys = [];
    private readonly List<IndexPack> _packs = [];
    private readonly Dictionary<ChunkId, int> _numbers = [];
    private readonly List<IndexEntry> _entries = [];

    /// <summary>Keys of the indexes that were written, or were there already.</summary>
    internal IReadOnlyList<string> Keys => _keys;

    /// <summary>Keys of indexes that are damaged, and stay until all that they had is written: no new one gets such a
    /// key.</summary>
    internal IReadOnlySet<string> Broken { get; init; } = new HashSet<string>();

    /// <summary>Bytes written.</summary>
    internal long WrittenBytes { get; private set; }

    /// <summary>Adds an entry, whose number of a pack counts in the index that it comes from.</summary>
    internal async ValueTask AddAsync(IndexPack pack, IndexEntry entry, CancellationToken cancellationToken)
    {
        if (_entries.Count == EntriesPerIndex) await FlushAsync(cancellationToken).ConfigureAwait(false);
        if (!_numbers.TryGetValue(pack.Id, out var number))
        {
            _numbers.Add(pack.Id, number = _packs.Count);
            _packs.Add(pack);
        }

        _entries.Add(entry with { Pack = number });
    }

    /// <summary>Writes what is left.</summary>
    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_entries.Count == 0) return;
        var (id, content) = IndexWriter.Write(_packs, CollectionsMarshal.AsSpan(_entries));
        while (Broken.Contains(IndexFormat.KeyOf(id)))
        {
            // The name stands for the content. To name a pack twice means nothing, and makes another name.
            _packs.Add(_packs[0]);
            (id, content) = IndexWriter.Write(_packs, CollectionsMarshal.AsSpan(_entries));
        }

        var key = IndexFormat.KeyOf(id);
        if (await store.PutIfAbsentAsync(key, content, cancellationToken).ConfigureAwait(false))
            WrittenBytes += content.Length;
        _keys.Add(key);
        _packs.Clear();
        _numbers.Clear();
        _entries.Clear();
    }
}
