using System.Buffers;
using System.Buffers.Binary;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>
/// An index file: magic, number of packs; per pack its id, number of entries, and per entry id, offset, stored
/// length, plain length and codec; last the SHA-256 of all before it. All numbers are little-endian.
/// </summary>
internal static class IndexFormat
{
    private const int EntryLength = ChunkId.Size + 4 + 4 + 4 + 1;

    private static ReadOnlySpan<byte> Magic => "LVBINDX1"u8;

    internal static string KeyOf(ReadOnlySpan<byte> file) => $"indexes/{ChunkId.Compute(file)}";

    internal static byte[] Write(IReadOnlyList<SealedPack> packs)
    {
        var writer = new ArrayBufferWriter<byte>(
            64 + packs.Sum(pack => ChunkId.Size + 4 + (pack.Entries.Count * EntryLength)));
        writer.Write(Magic);
        WriteInt(writer, packs.Count);
        foreach (var pack in packs)
        {
            WriteId(writer, pack.Id);
            WriteInt(writer, pack.Entries.Count);
            foreach (var entry in pack.Entries)
            {
                WriteId(writer, entry.Id);
                WriteInt(writer, entry.Offset);
                WriteInt(writer, entry.StoredLength);
                WriteInt(writer, entry.PlainLength);
                writer.Write([(byte)entry.Codec]);
            }
        }

        WriteId(writer, ChunkId.Compute(writer.WrittenSpan));
        return writer.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no index, or are damaged.</exception>
    internal static IReadOnlyList<SealedPack> Read(ReadOnlySpan<byte> file)
    {
        var minimum = Magic.Length + 4 + ChunkId.Size;
        if (file.Length < minimum || !file.StartsWith(Magic)) throw new InvalidDataException("not an index file");
        var body = file[..^ChunkId.Size];
        if (ChunkId.Compute(body) != ChunkId.Read(file[^ChunkId.Size..]))
            throw new InvalidDataException("the index does not match its checksum");

        body = body[Magic.Length..];
        var packs = new SealedPack[ReadInt(ref body)];
        foreach (ref var pack in packs.AsSpan())
        {
            var id = ReadId(ref body);
            var entries = new PackEntry[ReadInt(ref body)];
            foreach (ref var entry in entries.AsSpan())
            {
                entry = new PackEntry(
                    ReadId(ref body), ReadInt(ref body), ReadInt(ref body), ReadInt(ref body), (BlobCodec)body[0]);
                body = body[1..];
            }

            pack = new SealedPack(id, entries);
        }

        return packs;
    }

    private static void WriteId(ArrayBufferWriter<byte> writer, ChunkId id)
    {
        id.Write(writer.GetSpan(ChunkId.Size));
        writer.Advance(ChunkId.Size);
    }

    private static void WriteInt(ArrayBufferWriter<byte> writer, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(4), value);
        writer.Advance(4);
    }

    private static ChunkId ReadId(ref ReadOnlySpan<byte> from)
    {
        var id = ChunkId.Read(from);
        from = from[ChunkId.Size..];
        return id;
    }

    private static int ReadInt(ref ReadOnlySpan<byte> from)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(from);
        from = from[4..];
        return value;
    }
}
