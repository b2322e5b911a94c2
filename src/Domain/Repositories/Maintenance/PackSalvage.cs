using System.Buffers;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Takes out of damaged packs what can be read, as the indexes know it, and removes them.</summary>
internal sealed class PackSalvage(Repository repository, RepositoryLock held, GcTally tally)
{
    private readonly BlobCopies _copies =
        new(repository.Store, repository.Decoder) { TakesUnreadableForBad = false };

    /// <summary>Of packs with a blob that is not where the indexes say.</summary>
    private readonly Dictionary<ChunkId, SealedPack?> _tables = [];

    /// <param name="broken">Packs that are damaged or cut, or have a damaged blob.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The number of packs that are gone.</returns>
    internal async Task<int> RunAsync(IReadOnlySet<ChunkId> broken, CancellationToken cancellationToken)
    {
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        var condemned = await repository.Notes.ListCondemnedPacksAsync(cancellationToken).ConfigureAwait(false);
        var there = (await PackTables.ListAsync(repository.Store, cancellationToken).ConfigureAwait(false)).ToHashSet();
        // What is condemned is gc's.
        var bad = files.SelectMany(file => file.Packs).Select(pack => pack.Id)
            .Where(pack => !condemned.Contains(pack) && (broken.Contains(pack) || !there.Contains(pack))).ToHashSet();
        if (bad.Count > 0)
        {
            await AddFalseFriendsAsync(bad, condemned, cancellationToken).ConfigureAwait(false);
            await StoreAgainAsync(bad, condemned, cancellationToken).ConfigureAwait(false);
            await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
            files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
            await new IndexRewriter(repository, held, condemned, tally)
                .RewriteAsync(
                    [.. files.Where(file => file.Packs.Any(pack => bad.Contains(pack.Id)))], bad, cancellationToken)
                .ConfigureAwait(false);
        }

        bad.UnionWith(broken.Where(pack => !condemned.Contains(pack)));
        if (bad.Count > 0) await held.RequireAsync(cancellationToken).ConfigureAwait(false);
        foreach (var pack in bad)
            await repository.Store.DeleteAsync(PackFormat.KeyOf(pack), cancellationToken).ConfigureAwait(false);
        return bad.Count;
    }

    /// <summary>
    /// A blob of a bad pack that another pack has too is not stored again; but only where that copy is good. A pack
    /// where it is not is a bad one as well, in which others may have trusted.
    /// </summary>
    private async Task AddFalseFriendsAsync(
        HashSet<ChunkId> bad, HashSet<ChunkId> condemned, CancellationToken cancellationToken)
    {
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        for (var known = 0; known != bad.Count;)
        {
            known = bad.Count;
            await foreach (var group in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (group.Count == 1 || !group.Any(copy => bad.Contains(copy.Pack.Id))) continue;
                foreach (var copy in group)
                    if (!bad.Contains(copy.Pack.Id) && !condemned.Contains(copy.Pack.Id)
                        && !await _copies.IsGoodAsync(copy.Entry.Id, copy.File.Locate(copy.Entry), cancellationToken)
                            .ConfigureAwait(false))
                        bad.Add(copy.Pack.Id);
            }
        }
    }

    private async Task StoreAgainAsync(
        HashSet<ChunkId> bad, HashSet<ChunkId> condemned, CancellationToken cancellationToken)
    {
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        var writer = await repository.BeginWriteAsync("repair", bad, cancellationToken).ConfigureAwait(false);
        await using var closing = writer.ConfigureAwait(false);
        var plain = ArrayPool<byte>.Shared.Rent(BlobLimits.BlobLength);
        try
        {
            await foreach (var group in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                // A copy in a condemned pack was not read, and goes soon.
                if (!group.Any(copy => bad.Contains(copy.Pack.Id))
                    || !group.All(copy => bad.Contains(copy.Pack.Id) || condemned.Contains(copy.Pack.Id)))
                    continue;
                foreach (var copy in group)
                {
                    var length = await TryReadAsync(copy, plain, cancellationToken).ConfigureAwait(false);
                    if (length == 0) continue;
                    await writer.AddAsync(plain.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                    break;
                }
            }

            await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    /// <summary>Reads a copy from where the index says that it is, or else from where its pack says.</summary>
    /// <returns>The blob's length; 0 when neither is good.</returns>
    private async ValueTask<int> TryReadAsync(IndexCopy copy, byte[] plain, CancellationToken cancellationToken)
    {
        if (await IsReadAsync(copy.File.Locate(copy.Entry)).ConfigureAwait(false)) return copy.Entry.PlainLength;
        if (!_tables.TryGetValue(copy.Pack.Id, out var table))
            _tables.Add(copy.Pack.Id, table = await TryReadTableAsync(copy.Pack.Id, cancellationToken)
                .ConfigureAwait(false));
        foreach (var row in (table?.Entries ?? []).Where(row => row.Id == copy.Entry.Id))
            if (await IsReadAsync(ListedPlaces.LocationOf(table!, row)).ConfigureAwait(false)) // it has rows
                return row.PlainLength;
        return 0;

        async ValueTask<bool> IsReadAsync(BlobLocation location) => await _copies
            .TryReadAsync(copy.Entry.Id, location, plain, cancellationToken).ConfigureAwait(false) is null;
    }

    private async Task<SealedPack?> TryReadTableAsync(ChunkId pack, CancellationToken cancellationToken)
    {
        try
        {
            return await PackTables.ReadAsync(repository.Store, pack, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or BlobMissingException)
        {
            return null;
        }
    }
}
