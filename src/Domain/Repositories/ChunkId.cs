using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LibvirtBackup.Interop.Hashing;

namespace LibvirtBackup.Repositories;

/// <summary>
/// The name of a blob, which follows from its plain bytes; also the SHA-256 that names packs and indexes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ChunkId(ulong A, ulong B, ulong C, ulong D) : IComparable<ChunkId>
{
    internal const int Size = 32;

    /// <summary>The SHA-256 of some bytes.</summary>
    internal static ChunkId Compute(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        Sha256Batch.HashOne(bytes, hash);
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

    /// <exception cref="InvalidDataException">The text is no id.</exception>
    internal static ChunkId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new InvalidDataException($"'{text}' is no id");

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

    /// <summary>In the order of the bytes.</summary>
    public int CompareTo(ChunkId other)
    {
        if (A != other.A) return A < other.A ? -1 : 1;
        if (B != other.B) return B < other.B ? -1 : 1;
        if (C != other.C) return C < other.C ? -1 : 1;
        return D.CompareTo(other.D);
    }

    public static bool operator <(ChunkId left, ChunkId right) => left.CompareTo(right) < 0;

    public static bool operator >(ChunkId left, ChunkId right) => left.CompareTo(right) > 0;

    public static bool operator <=(ChunkId left, ChunkId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ChunkId left, ChunkId right) => left.CompareTo(right) >= 0;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{A:x16}{B:x16}{C:x16}{D:x16}";

    public override int GetHashCode() => (int)A;
}
