using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Compares what indexes say of blobs with the tables of the packs: a restore goes by the indexes, and who reads packs
/// does not see them. A bit per entry. Thread-safe.
/// </summary>
/// <param name="index">All indexes.</param>
/// <param name="files">Those that are compared.</param>
internal sealed class ListedPlaces(PackIndex index, IReadOnlyList<IndexFile> files)
{
    private readonly BlobMarks _right = new(index);

    /// <summary>Takes notice of a pack's table.</summary>
    internal async ValueTask CompareAsync(SealedPack table, CancellationToken cancellationToken)
    {
        foreach (var row in table.Entries)
            foreach (var file in files)
                if (await file.FindAsync(row.Id, cancellationToken).ConfigureAwait(false) is { } found
                    && file.Locate(found.Entry) == LocationOf(table, row))
                    _right.Mark(file, found.Position);
    }

    /// <summary>True when the table of its pack says the same of the blob.</summary>
    internal bool IsRight(IndexCopy copy) => _right.IsMarked(copy.File, copy.Number);

    /// <summary>Where a table says that a blob is.</summary>
    internal static BlobLocation LocationOf(SealedPack table, PackEntry row) => new(
        table.Id, table.Salt, table.Length, row.Offset, row.StoredLength, row.PlainLength, row.Codec);
}
