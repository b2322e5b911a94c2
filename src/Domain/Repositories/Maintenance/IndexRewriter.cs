using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Locks;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Replaces indexes by ones without some packs, and small ones by larger ones.</summary>
/// <param name="repository">The repository.</param>
/// <param name="held">The maintenance lock.</param>
/// <param name="condemned">Packs that are listed only for what no other pack has.</param>
/// <param name="tally">Counts.</param>
internal sealed class IndexRewriter(
    Repository repository, RepositoryLock held, IReadOnlySet<ChunkId> condemned, GcTally tally)
{
    private readonly BlobCopies _copies = new(repository.Store, repository.Decoder);

    /// <summary>Writes what the indexes say of all other packs anew, then deletes them.</summary>
    internal async Task RewriteAsync(
        IReadOnlyList<IndexFile> files, IReadOnlySet<ChunkId> without, CancellationToken cancellationToken)
    {
        if (files.Count == 0) return;
        var builder = new IndexBuilder(repository.Store);
        await foreach (var copies in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
            if (await ChooseAsync(copies, without, cancellationToken).ConfigureAwait(false) is { } copy)
                await builder.AddAsync(copy.Pack, copy.Entry, cancellationToken).ConfigureAwait(false);
        await builder.FlushAsync(cancellationToken).ConfigureAwait(false);
        tally.WrittenBytes += builder.WrittenBytes;
        await held.RequireAsync(cancellationToken).ConfigureAwait(false);
        foreach (var key in files.Select(file => file.Key).Except(builder.Keys, StringComparer.Ordinal))
            await tally.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        await repository.Index.ReloadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// An index has one entry per blob: of several copies the first that can be read, lest the good one be forgotten.
    /// </summary>
    private async ValueTask<IndexCopy?> ChooseAsync(
        IReadOnlyList<IndexCopy> copies, IReadOnlySet<ChunkId> without, CancellationToken cancellationToken)
    {
        if (copies.Count == 1) return without.Contains(copies[0].Pack.Id) ? null : copies[0];
        IndexCopy[] left = [.. copies.Where(copy => !without.Contains(copy.Pack.Id))
            .OrderBy(copy => condemned.Contains(copy.Pack.Id))];
        if (left.Length < 2) return left.Length == 0 ? null : left[0];
        foreach (var copy in left)
            if (await _copies.IsGoodAsync(copy.Entry.Id, copy.File.Locate(copy.Entry), cancellationToken)
                .ConfigureAwait(false))
                return copy;
        return left[0];
    }
}
