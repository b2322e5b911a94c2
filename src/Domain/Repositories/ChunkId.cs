using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LibvirtBackup.Repositories;

/// <summary>The SHA-256 of a blob's plain bytes: its only name.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ChunkId(ulong A, ulong B, ulong C, ulong D)
{
    internal const int Size = 32;

    internal static ChunkId Compute(ReadOnlySpan<byte> plain)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(plain, hash);
        return Read(hash);
    }

    internal static ChunkId Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], D);
    }

    internal static bool TryParse(string text, out ChunkId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != 2 * Size
            || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        id = Read(bytes);
        return true;
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";

    public override int GetHashCode() => (int)A;
}
