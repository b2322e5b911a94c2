using System.Collections.Concurrent;
using System.Collections.Immutable;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Sessions;

/// <summary>
/// What a writing session may take for stored: what an index lists, in a pack that is there in full length and not
/// about to be deleted, unless it was found damaged. Thread-safe.
/// </summary>
/// <param name="store">The packs.</param>
/// <param name="index">The indexes.</param>
/// <param name="copies">Reads doubtful blobs.</param>
/// <param name="condemned">Packs that gc is about to delete.</param>
/// <param name="damaged">Blobs that were found damaged.</param>
internal sealed class KnownBlobs(
    IBlobStore store, PackIndex index, BlobCopies copies, IEnumerable<ChunkId> condemned, HashSet<ChunkId> damaged)
{
    private readonly ConcurrentDictionary<ChunkId, bool> _whole = new();
    private readonly ConcurrentBag<ChunkId> _lost = [];
    private ImmutableHashSet<ChunkId> _except = [.. condemned];

    /// <summary>Packs that an index lists and that are absent or cut: their blobs are stored again.</summary>
    internal IReadOnlyCollection<ChunkId> LostPacks => _lost;

    internal async ValueTask<bool> ContainsAsync(ChunkId id, CancellationToken cancellationToken)
    {
        while (await index.FindAsync(id, _except, cancellationToken).ConfigureAwait(false) is { } location)
        {
            if (!_whole.TryGetValue(location.Pack, out var isWhole))
                isWhole = await CheckAsync(location, cancellationToken).ConfigureAwait(false);
            if (!isWhole) continue;
            return !damaged.Contains(id) || await HasGoodCopyAsync(id, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private async ValueTask<bool> CheckAsync(BlobLocation location, CancellationToken cancellationToken)
    {
        var length = await store.GetLengthAsync(PackFormat.KeyOf(location.Pack), cancellationToken)
            .ConfigureAwait(false);
        var isWhole = length == location.PackLength;
        if (!isWhole) ImmutableInterlocked.Update(ref _except, set => set.Add(location.Pack));
        if (_whole.TryAdd(location.Pack, isWhole) && !isWhole) _lost.Add(location.Pack);
        return isWhole;
    }

    /// <summary>True when a copy can be read that is not about to be deleted.</summary>
    private async ValueTask<bool> HasGoodCopyAsync(ChunkId id, CancellationToken cancellationToken)
    {
        foreach (var copy in await index.FindAllAsync(id, cancellationToken).ConfigureAwait(false))
            if (!_except.Contains(copy.Pack) && await copies.IsGoodAsync(id, copy, cancellationToken)
                .ConfigureAwait(false))
                return true;
        return false;
    }
}
