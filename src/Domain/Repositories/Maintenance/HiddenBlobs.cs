using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>
/// Blobs that packs have and no index lists, as after the loss of an index. Where points need something that is not
/// listed it may be one of these, and 'lvbackup repair' brings it back as long as the pack is there.
/// </summary>
internal static class HiddenBlobs
{
    /// <summary>What to say where packs stay for it.</summary>
    internal static string Warn(int packs) =>
        $"{packs} packs stay though they look needless: points need something that no index lists, and an index was "
        + "lost, perhaps; run 'lvbackup repair', which finds out what the packs have, and then gc again";

    /// <summary>Those of the packs that have a blob which no index lists, or do not tell what they have.</summary>
    internal static async Task<HashSet<ChunkId>> FindHoldersAsync(
        Repository repository, IEnumerable<ChunkId> packs, CancellationToken cancellationToken)
    {
        var holders = new HashSet<ChunkId>();
        foreach (var pack in packs)
            if (await HasHiddenAsync(repository, pack, cancellationToken).ConfigureAwait(false))
                holders.Add(pack);
        return holders;
    }

    private static async Task<bool> HasHiddenAsync(
        Repository repository, ChunkId pack, CancellationToken cancellationToken)
    {
        try
        {
            var table = await PackTables.ReadAsync(repository.Store, pack, cancellationToken).ConfigureAwait(false);
            foreach (var entry in table.Entries)
                if (await repository.Index.FindPositionAsync(entry.Id, cancellationToken).ConfigureAwait(false) is null)
                    return true;
            return false;
        }
        catch (BlobMissingException)
        {
            return false;
        }
        catch (Exception e) when (e is InvalidDataException or BlobUnreadableException)
        {
            return true;
        }
    }
}
