namespace LibvirtBackup.Repositories.Packs;

/// <summary>What is stored where, over all index files of the repository, in memory. It grows only between writing
/// sessions, of which there is one at a time.</summary>
internal sealed class PackIndex
{
    private readonly Dictionary<ChunkId, BlobLocation> _locations = [];
    private readonly List<ChunkId> _packs = [];
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);

    internal IReadOnlyList<ChunkId> Packs => _packs;

    internal int Count => _locations.Count;

    internal bool TryGet(ChunkId id, out BlobLocation location) => _locations.TryGetValue(id, out location);

    internal bool Contains(ChunkId id) => _locations.ContainsKey(id);

    /// <summary>True when the index file with this key is part of the whole.</summary>
    internal bool HasFile(string key) => _files.Contains(key);

    internal void Add(string key, IReadOnlyList<SealedPack> packs)
    {
        if (!_files.Add(key)) return;
        foreach (var pack in packs) Add(pack);
    }

    private void Add(SealedPack pack)
    {
        _packs.Add(pack.Id);
        foreach (var entry in pack.Entries)
            _locations.TryAdd(
                entry.Id,
                new BlobLocation(_packs.Count - 1, entry.Offset, entry.StoredLength, entry.PlainLength, entry.Codec));
    }
}
