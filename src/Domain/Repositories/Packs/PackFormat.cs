using System.Buffers.Binary;
using System.Security.Cryptography;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>
/// A pack: magic, salt, the stored bytes one after the other; then a table with a row per blob, the number of rows, and
/// a closing magic. The pack's id is the SHA-256 of salt, table and number: the table has the hashes of all the rest.
/// </summary>
internal static class PackFormat
{
    internal const int HeaderLength = 8 + PackSalt.Size;

    /// <summary>Id, hash, stored length, plain length, codec.</summary>
    internal const int RowLength = ChunkId.Size + ChunkId.Size + 4 + 4 + 1;

    internal const int TrailerLength = 4 + 8;

    internal const string Folder = "packs/";

    private static ReadOnlySpan<byte> Magic => "LVBPACK1"u8;

    private static ReadOnlySpan<byte> EndMagic => "LVBTABL1"u8;

    internal static string KeyOf(ChunkId pack)
    {
        var name = pack.ToString();
        return $"{Folder}{name[..2]}/{name}";
    }

    internal static void WriteHeader(Span<byte> pack, PackSalt salt)
    {
        Magic.CopyTo(pack);
        salt.Write(pack[Magic.Length..]);
    }

    internal static int TableLength(int rows) => (rows * RowLength) + TrailerLength;

    internal static void WriteTable(Span<byte> end, IReadOnlyList<PackEntry> entries)
    {
        foreach (var entry in entries)
        {
            entry.Id.Write(end);
            entry.StoredHash.Write(end[32..]);
            BinaryPrimitives.WriteInt32LittleEndian(end[64..], entry.StoredLength);
            BinaryPrimitives.WriteInt32LittleEndian(end[68..], entry.PlainLength);
            end[72] = (byte)entry.Codec;
            end = end[RowLength..];
        }

        BinaryPrimitives.WriteInt32LittleEndian(end, entries.Count);
        EndMagic.CopyTo(end[4..]);
    }

    /// <param name="header">The first bytes of the pack.</param>
    /// <param name="end">Table, number and closing magic.</param>
    internal static ChunkId IdOf(ReadOnlySpan<byte> header, ReadOnlySpan<byte> end)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header.Slice(Magic.Length, PackSalt.Size));
        hash.AppendData(end[..^EndMagic.Length]);
        Span<byte> id = stackalloc byte[ChunkId.Size];
        hash.GetHashAndReset(id);
        return ChunkId.Read(id);
    }

    /// <summary>The number of rows, from the last bytes of a pack of this length.</summary>
    /// <exception cref="InvalidDataException">There cannot be such a pack.</exception>
    internal static int ReadRowCount(ReadOnlySpan<byte> trailer, long packLength)
    {
        if (!trailer[4..].SequenceEqual(EndMagic)) throw new InvalidDataException("the pack has no end");
        var rows = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        if (rows < 0 || HeaderLength + ((long)rows * RowLength) + TrailerLength > packLength)
            throw new InvalidDataException($"the pack is too short for a table of {rows} rows");
        return rows;
    }

    /// <exception cref="InvalidDataException">The table is not the one that the id stands for, or makes no sense.
    /// </exception>
    internal static SealedPack Read(ChunkId id, ReadOnlySpan<byte> header, ReadOnlySpan<byte> end, int packLength)
    {
        if (!header.StartsWith(Magic)) throw new InvalidDataException("not a pack");
        if (IdOf(header, end) != id) throw new InvalidDataException("the pack's table does not match its name");
        var entries = new PackEntry[ReadRowCount(end[^TrailerLength..], packLength)];
        var offset = HeaderLength;
        for (var i = 0; i < entries.Length; i++)
        {
            var row = end[(i * RowLength)..];
            var stored = BinaryPrimitives.ReadInt32LittleEndian(row[64..]);
            var plain = BinaryPrimitives.ReadInt32LittleEndian(row[68..]);
            if (stored is < 1 or > BlobLimits.StoredLength || plain is < 1 or > BlobLimits.BlobLength
                || stored > packLength - offset)
                throw new InvalidDataException($"the pack's table has a blob of {stored} stored, {plain} plain bytes");
            entries[i] = new PackEntry(
                ChunkId.Read(row), ChunkId.Read(row[32..]), offset, stored, plain, (BlobCodec)row[72]);
            offset += stored;
        }

        if (offset != packLength - TableLength(entries.Length))
            throw new InvalidDataException("the pack's blobs do not fill it");
        return new SealedPack(id, PackSalt.Read(header[Magic.Length..]), packLength, entries);
    }
}
