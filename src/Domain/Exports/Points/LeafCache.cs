using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Exports.Points;

/// <summary>The leaves of a map that were used lately: 40 KiB each. Thread-safe.</summary>
internal sealed class LeafCache(DiskMap map)
{
    private const int MostLeaves = 64;

    private readonly RecentlyUsed<long, MapEntry[]> _leaves = new(MostLeaves);

    internal Task<MapEntry[]> ReadAsync(long leaf, CancellationToken cancellationToken) =>
        _leaves.GetAsync(leaf, async () => await map.ReadLeafAsync(leaf, CancellationToken.None).ConfigureAwait(false))
            .WaitAsync(cancellationToken);
}
