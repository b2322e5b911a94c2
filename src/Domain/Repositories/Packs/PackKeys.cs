using System.Collections.Concurrent;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>The keys of packs that are read again and again, so that no chunk makes its pack's name anew.</summary>
internal sealed class PackKeys
{
    private const int Limit = 4096;

    private readonly ConcurrentDictionary<ChunkId, string> _keys = new();

    internal string Of(ChunkId pack)
    {
        if (_keys.TryGetValue(pack, out var known)) return known;
        if (_keys.Count >= Limit) _keys.Clear();
        return _keys.GetOrAdd(pack, PackFormat.KeyOf);
    }
}
