using System.Buffers.Binary;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>
/// A pack: the magic, then entries of a header and the stored bytes. The headers repeat what the index says, so that
/// an index can be made anew from packs. All numbers are little-endian.
/// </summary>
internal static class PackFormat
{
    internal const int MagicLength = 8;

    /// <summary>Id, stored length, plain length, codec.</summary>
    internal const int HeaderLength = ChunkId.Size + 4 + 4 + 1;

    internal static ReadOnlySpan<byte> Magic => "LVBPACK1"u8;

    internal static void WriteHeader(
        Span<byte> header, ChunkId id, int storedLength, int plainLength, BlobCodec codec)
    {
        id.Write(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[ChunkId.Size..], storedLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[(ChunkId.Size + 4)..], plainLength);
        header[ChunkId.Size + 8] = (byte)codec;
    }

    internal static string KeyOf(ChunkId pack)
    {
        var name = pack.ToString();
        return $"packs/{name[..2]}/{name}";
    }
}
