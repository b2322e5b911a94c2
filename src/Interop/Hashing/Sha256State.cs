using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace LibvirtBackup.Interop.Hashing;

/// <summary>The eight words that SHA-256 carries from block to block (FIPS 180-4, 6.2).</summary>
[InlineArray(Words)]
internal struct Sha256State
{
    private const int Words = 8;

    private uint _first;

    internal static Sha256State Initial
    {
        get
        {
            Sha256State state = default;
            ReadOnlySpan<uint> words =
            [
                0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
            ];
            words.CopyTo(state);
            return state;
        }
    }

    internal readonly void Write(Span<byte> hash)
    {
        for (int i = 0; i < Words; i++) BinaryPrimitives.WriteUInt32BigEndian(hash[(4 * i)..], this[i]);
    }
}
