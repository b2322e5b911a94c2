using System.Collections.Concurrent;
using LibvirtBackup.Repositories.Indexes;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// A bit per blob of the indexes: memory grows by an eighth of a byte per blob. A blob that several indexes list has
/// its mark on any of its copies. Thread-safe.
/// </summary>
internal sealed class BlobMarks(PackIndex index)
{
    private readonly ConcurrentDictionary<IndexFile, long[]> _bits = new();

    /// <summary>Marks a blob.</summary>
    /// <returns>True when it was not marked; false when it was; null when no index lists it.</returns>
    internal async ValueTask<bool?> TryMarkAsync(ChunkId id, CancellationToken cancellationToken) =>
        await index.FindPositionAsync(id, cancellationToken).ConfigureAwait(false) is { } position
            ? Mark(position.File, position.Number)
            : null;

    /// <summary>True when any copy of the blob is marked.</summary>
    internal async ValueTask<bool> IsMarkedAsync(ChunkId id, CancellationToken cancellationToken)
    {
        foreach (var file in await index.GetFilesAsync(cancellationToken).ConfigureAwait(false))
            if (await file.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } found
                && IsMarked(file, found.Position))
                return true;
        return false;
    }

    /// <summary>True when this entry is marked.</summary>
    internal bool IsMarked(IndexFile file, int number) =>
        _bits.TryGetValue(file, out var bits) && (Volatile.Read(ref bits[number >> 6]) >> number & 1) != 0;

    /// <summary>
    /// True when all marks are on entries of these indexes; else somebody has replaced one since, and its marks are
    /// lost.
    /// </summary>
    internal bool AreOn(IReadOnlyCollection<IndexFile> files) => _bits.Keys.All(files.Contains);

    /// <summary>Marks this entry.</summary>
    /// <returns>True when it was not marked.</returns>
    internal bool Mark(IndexFile file, int number)
    {
        var bits = _bits.GetOrAdd(file, static f => new long[(f.Count + 63) / 64]);
        var bit = 1L << number;
        return (Interlocked.Or(ref bits[number >> 6], bit) & bit) == 0;
    }
}
