using System.Buffers.Binary;
using LibvirtBackup.Interop.Hashing;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Indexes;

/// <summary>
/// The bytes of an index: header, packs, a row per block, entries in ascending order. The index's id covers all but the
/// entries, and those by the hashes of their blocks; so a block can be read alone and trusted.
/// </summary>
internal static class IndexFormat
{
    internal const string Folder = "indexes/";

    internal const int HeaderLength = 16;
    internal const int PackLength = ChunkId.Size + PackSalt.Size + 4;
    internal const int BlockRowLength = 8 + BlockHashLength;
    internal const int EntryLength = ChunkId.Size + 4 + 4 + 4 + 4 + 1;
    internal const int EntriesPerBlock = 64;

    /// <summary>Entries of one index: what is merged is held in memory.</summary>
    internal const int MaximumEntries = 1 << 20;

    private const int BlockHashLength = 16;

    private static ReadOnlySpan<byte> Magic => "LVBINDX1"u8;

    internal static string KeyOf(ChunkId index) => $"{Folder}{index}";

    internal static int BlockCount(int entries) => (entries + EntriesPerBlock - 1) / EntriesPerBlock;

    internal static void WriteHeader(Span<byte> to, int packs, int entries)
    {
        Magic.CopyTo(to);
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], packs);
        BinaryPrimitives.WriteInt32LittleEndian(to[12..], entries);
    }

    /// <exception cref="InvalidDataException">Not the beginning of an index of this length.</exception>
    internal static (int Packs, int Entries) ReadHeader(ReadOnlySpan<byte> from, long fileLength)
    {
        if (!from.StartsWith(Magic)) throw new InvalidDataException("not an index");
        var packs = BinaryPrimitives.ReadInt32LittleEndian(from[8..]);
        var entries = BinaryPrimitives.ReadInt32LittleEndian(from[12..]);
        // No pack is named without an entry, so there are no more of them.
        if (entries is < 0 or > MaximumEntries || packs is < 0 or > MaximumEntries
            || fileLength != HeaderLength + ((long)packs * PackLength) + ((long)BlockCount(entries) * BlockRowLength)
                + ((long)entries * EntryLength))
            throw new InvalidDataException($"an index of {packs} packs and {entries} entries has another length");
        return (packs, entries);
    }

    internal static void WritePack(Span<byte> to, IndexPack pack)
    {
        pack.Id.Write(to);
        pack.Salt.Write(to[32..]);
        BinaryPrimitives.WriteInt32LittleEndian(to[48..], pack.Length);
    }

    internal static IndexPack ReadPack(ReadOnlySpan<byte> from) => new(
        ChunkId.Read(from), PackSalt.Read(from[32..]), BinaryPrimitives.ReadInt32LittleEndian(from[48..]));

    internal static void WriteEntry(Span<byte> to, IndexEntry entry)
    {
        entry.Id.Write(to);
        BinaryPrimitives.WriteInt32LittleEndian(to[32..], entry.Pack);
        BinaryPrimitives.WriteInt32LittleEndian(to[36..], entry.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(to[40..], entry.StoredLength);
        BinaryPrimitives.WriteInt32LittleEndian(to[44..], entry.PlainLength);
        to[48] = (byte)entry.Codec;
    }

    internal static IndexEntry ReadEntry(ReadOnlySpan<byte> from) => new(
        ChunkId.Read(from),
        BinaryPrimitives.ReadInt32LittleEndian(from[32..]),
        BinaryPrimitives.ReadInt32LittleEndian(from[36..]),
        BinaryPrimitives.ReadInt32LittleEndian(from[40..]),
        BinaryPrimitives.ReadInt32LittleEndian(from[44..]),
        (BlobCodec)from[48]);

    /// <summary>Writes the row of a block.</summary>
    internal static void WriteBlockRow(Span<byte> to, ReadOnlySpan<byte> block)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to, FirstOf(block));
        Span<byte> hash = stackalloc byte[ChunkId.Size];
        Sha256Batch.HashOne(block, hash);
        hash[..BlockHashLength].CopyTo(to[8..]);
    }

    internal static bool MatchesRow(ReadOnlySpan<byte> row, ReadOnlySpan<byte> block)
    {
        Span<byte> hash = stackalloc byte[ChunkId.Size];
        Sha256Batch.HashOne(block, hash);
        return hash[..BlockHashLength].SequenceEqual(row[8..BlockRowLength]);
    }

    /// <summary>The beginning of the first id of the block, as a row has it.</summary>
    internal static ulong ReadRowFirst(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadUInt64LittleEndian(row);

    private static ulong FirstOf(ReadOnlySpan<byte> block) => BinaryPrimitives.ReadUInt64BigEndian(block);
}
