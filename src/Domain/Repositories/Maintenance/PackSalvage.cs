using System.Buffers;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Takes out of damaged packs what can be read, as the indexes know it, and removes them.</summary>
internal sealed class PackSalvage(Repository repository, GcTally tally)
{
    private readonly BlobCopies _copies = new(repository.Store, repository.Decoder);

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
            await StoreAgainAsync(bad, cancellationToken).ConfigureAwait(false);
            await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
            files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
            await new IndexRewriter(repository, condemned, tally)
                .RewriteAsync(
                    [.. files.Where(file => file.Packs.Any(pack => bad.Contains(pack.Id)))], bad, cancellationToken)
                .ConfigureAwait(false);
        }

        bad.UnionWith(broken.Where(pack => !condemned.Contains(pack)));
        foreach (var pack in bad)
            await repository.Store.DeleteAsync(PackFormat.KeyOf(pack), cancellationToken).ConfigureAwait(false);
        return bad.Count;
    }

    private async Task StoreAgainAsync(HashSet<ChunkId> bad, CancellationToken cancellationToken)
    {
        var files = await repository.Index.GetFilesAsync(cancellationToken).ConfigureAwait(false);
        var writer = await repository.BeginWriteAsync("repair", bad, cancellationToken).ConfigureAwait(false);
        await using var closing = writer.ConfigureAwait(false);
        var plain = ArrayPool<byte>.Shared.Rent(BlobLimits.BlobLength);
        try
        {
            await foreach (var group in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (!group.All(copy => bad.Contains(copy.Pack.Id))) continue;
                foreach (var copy in group)
                {
                    var problem = await _copies
                        .TryReadAsync(copy.Entry.Id, copy.File.Locate(copy.Entry), plain, cancellationToken)
                        .ConfigureAwait(false);
                    if (problem is not null) continue;
                    await writer.AddAsync(plain.AsMemory(0, copy.Entry.PlainLength), cancellationToken)
                        .ConfigureAwait(false);
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
}
