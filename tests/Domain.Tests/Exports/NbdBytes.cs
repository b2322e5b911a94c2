using System.Buffers.Binary;
using System.Text;

namespace LibvirtBackup.Domain.Tests.Exports;

/// <summary>What NBD clients send, byte by byte.</summary>
internal static class NbdBytes
{
    internal static byte[] Text(string text)
    {
        var bytes = new byte[4 + text.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, text.Length);
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(4));
        return bytes;
    }

    internal static byte[] Option(uint option, ReadOnlySpan<byte> data)
    {
        var bytes = new byte[16 + data.Length];
        "IHAVEOPT"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), option);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), data.Length);
        data.CopyTo(bytes.AsSpan(16));
        return bytes;
    }

    internal static byte[] Request(ushort command, ulong offset, uint length, ushort flags = 0, ulong cookie = 42)
    {
        var bytes = new byte[28];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x25609513);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), flags);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), command);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), cookie);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(24), length);
        return bytes;
    }

    internal static byte[] ExtendedRequest(
        ushort command, ulong offset, ulong length, ushort flags = 0, ulong cookie = 42)
    {
        var bytes = new byte[32];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x21e41c71);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), flags);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), command);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), cookie);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), offset);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), length);
        return bytes;
    }
}
