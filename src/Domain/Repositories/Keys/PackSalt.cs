using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LibvirtBackup.Repositories.Keys;

/// <summary>
/// What makes a writing session's packs differ from all others: their names, so that what is stored again never meets a
/// damaged pack of the same name, and their key.
/// </summary>
internal readonly record struct PackSalt(ulong A, ulong B)
{
    internal const int Size = 16;

    internal static PackSalt Create() => Read(RandomNumberGenerator.GetBytes(Size));

    internal static PackSalt Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    internal void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], B);
    }
}
