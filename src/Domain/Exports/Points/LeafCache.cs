using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Exports.Points;

/// <summary>The leaves of a map that were used lately: 10 KiB each. Thread-safe.</summary>
internal sealed class LeafCache(DiskMap map)
{
    private const int MostLeaves = 1024;

    // Each leaf has one place, by its number.
    private readonly Leaf?[] _leaves = new Leaf?[Math.Min(MostLeaves, map.Shape.LeafCount)];

    /// <summary>The entry of a chunk, if its leaf is at hand.</summary>
    internal bool TryGet(long chunk, out MapEntry entry)
    {
        var number = chunk / MapNode.Width;
        var leaf = Volatile.Read(ref _leaves[number % _leaves.Length]);
        var isThere = leaf?.Number == number;
        entry = isThere ? leaf!.Entries[chunk % MapNode.Width] : default; // not null: it has a number
        return isThere;
    }

    internal async ValueTask<MapEntry> GetAsync(long chunk, CancellationToken cancellationToken) =>
        TryGet(chunk, out var entry)
            ? entry
            : (await ReadAsync(chunk / MapNode.Width, cancellationToken).ConfigureAwait(false))[
                (int)(chunk % MapNode.Width)];

    internal async ValueTask<MapEntry[]> ReadAsync(long number, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _leaves[number % _leaves.Length]) is { } known && known.Number == number)
            return known.Entries;
        var entries = await map.ReadLeafAsync(number, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _leaves[number % _leaves.Length], new Leaf(number, entries));
        return entries;
    }

    private sealed record Leaf(long Number, MapEntry[] Entries);
}
