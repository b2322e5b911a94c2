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
        return Checked(PackFormat.Read(pack, header, end, (int)length), end.Length);
    }

    /// <summary>The table of a pack that is in memory.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal static SealedPack Parse(ChunkId pack, ReadOnlySpan<byte> content)
    {
        var rows = PackFormat.ReadRowCount(content[^PackFormat.TrailerLength..], content.Length);
        var end = content[^PackFormat.TableLength(rows)..];
        return Checked(PackFormat.Read(pack, content[..PackFormat.HeaderLength], end, content.Length), end.Length);
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

    // The id covers the table, so where that is right only a pack that was cut or padded, or never was, can fail here.
    private static SealedPack Checked(SealedPack pack, int endLength)
    {
        var stored = 0L;
        foreach (var entry in pack.Entries)
        {
            if (entry.StoredLength < 1) throw new InvalidDataException("the pack's table has an entry without bytes");
            stored += entry.StoredLength;
        }

        return PackFormat.HeaderLength + stored + endLength == pack.Length
            ? pack
            : throw new InvalidDataException("the pack has another length than its table says");
    }
}
