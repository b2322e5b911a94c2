using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Reads what packs say of themselves.</summary>
internal static class PackTables
{
    /// <summary>A pack's table, which is known to be the one that its name stands for.</summary>
    /// <exception cref="BlobMissingException">There is no such pack.</exception>
    /// <exception cref="InvalidDataException">Its table is damaged.</exception>
    internal static async Task<SealedPack> ReadAsync(
        IBlobStore store, ChunkId pack, CancellationToken cancellationToken)
    {
        var key = PackFormat.KeyOf(pack);
        var length = await store.GetLengthAsync(key, cancellationToken).ConfigureAwait(false)
            ?? throw new BlobMissingException(key, $"pack '{key}' does not exist");
        if (length is < PackFormat.HeaderLength + PackFormat.TrailerLength or > BlobLimits.PackLength)
            throw new InvalidDataException($"a pack cannot have {length} bytes");
        var header = new byte[PackFormat.HeaderLength];
        await store.ReadAsync(key, 0, header, cancellationToken).ConfigureAwait(false);
        var trailer = new byte[PackFormat.TrailerLength];
        await store.ReadAsync(key, length - trailer.Length, trailer, cancellationToken).ConfigureAwait(false);
        var end = new byte[PackFormat.TableLength(PackFormat.ReadRowCount(trailer, length))];
        await store.ReadAsync(key, length - end.Length, end, cancellationToken).ConfigureAwait(false);
        var read = PackFormat.Read(pack, header, end, (int)length);
        // The id covers the table, so only a pack that was cut or padded can fail here.
        return read.Entries.Sum(entry => (long)entry.StoredLength) + header.Length + end.Length == length
            ? read
            : throw new InvalidDataException("the pack has another length than its table says");
    }

    /// <summary>The ids of all packs that are there.</summary>
    internal static async Task<IReadOnlyList<ChunkId>> ListAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        var ids = new List<ChunkId>();
        foreach (var key in await store.ListAsync(PackFormat.Folder, cancellationToken).ConfigureAwait(false))
            if (ChunkId.TryParse(key[(key.LastIndexOf('/') + 1)..], out var id) && PackFormat.KeyOf(id) == key)
                ids.Add(id);
        return ids;
    }
}
