using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Counts what is needed of each pack.</summary>
internal static class PackUses
{
    /// <param name="files">The indexes.</param>
    /// <param name="marks">The blobs that are needed.</param>
    /// <param name="condemned">Packs that do not count, and are left out of the result.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<Dictionary<ChunkId, PackUse>> CountAsync(
        IReadOnlyList<IndexFile> files, BlobMarks marks, IReadOnlySet<ChunkId> condemned,
        CancellationToken cancellationToken)
    {
        var uses = new Dictionary<ChunkId, PackUse>();
        foreach (var pack in files.SelectMany(file => file.Packs).Where(pack => !condemned.Contains(pack.Id)))
            uses.TryAdd(pack.Id, new PackUse(pack.Length));
        await foreach (var copies in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!IsNeeded(copies, marks)) continue;
            // Of several copies one is needed. None may be lost before another is known to be good, though.
            var isCounted = false;
            foreach (var copy in copies)
            {
                if (!uses.TryGetValue(copy.Pack.Id, out var use)) continue;
                use.HasNeeded = true;
                if (!isCounted) use.NeededBytes += copy.Entry.StoredLength + PackFormat.RowLength;
                isCounted = true;
            }
        }

        return uses;
    }

    /// <summary>
    /// Those of the packs that hold something needed of which no good copy is in a pack that is not condemned. The
    /// copies are read: a session that began before a pack was condemned may have made a point of what it has since.
    /// </summary>
    internal static async Task<HashSet<ChunkId>> FindOnlyHoldersAsync(
        IReadOnlyList<IndexFile> files, BlobMarks marks, BlobCopies copies, IReadOnlySet<ChunkId> packs,
        IReadOnlySet<ChunkId> condemned, CancellationToken cancellationToken)
    {
        var holders = new HashSet<ChunkId>();
        await foreach (var group in new IndexScan(files).ReadAsync(cancellationToken).ConfigureAwait(false))
            if (group.Any(copy => packs.Contains(copy.Pack.Id) && !holders.Contains(copy.Pack.Id))
                && IsNeeded(group, marks)
                && !await HasGoodAsync(group, copies, condemned, cancellationToken).ConfigureAwait(false))
                holders.UnionWith(group.Select(copy => copy.Pack.Id).Where(packs.Contains));
        return holders;
    }

    private static async ValueTask<bool> HasGoodAsync(
        IReadOnlyList<IndexCopy> group, BlobCopies copies, IReadOnlySet<ChunkId> condemned,
        CancellationToken cancellationToken)
    {
        foreach (var copy in group)
            if (!condemned.Contains(copy.Pack.Id)
                && await copies.IsGoodAsync(copy.Entry.Id, copy.File.Locate(copy.Entry), cancellationToken)
                    .ConfigureAwait(false))
                return true;
        return false;
    }

    private static bool IsNeeded(IReadOnlyList<IndexCopy> copies, BlobMarks marks)
    {
        foreach (var copy in copies)
            if (marks.IsMarked(copy.File, copy.Number))
                return true;
        return false;
    }
}
