using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LibvirtBackup.Interop.Hashing;

/// <summary>
/// SHA-256 (FIPS 180-4), or HMAC-SHA256 (RFC 2104), of inputs of one length: several at a time where the processor has
/// SHA instructions, by the framework elsewhere. The results are the same. Thread-safe.
/// </summary>
public sealed unsafe class Sha256Batch
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    private const int BlockLength = 64;
    private const int MostLanes = 4;
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5c;

    private static readonly int s_lanes = Sha256Native.Lanes();
    private static readonly Sha256Batch s_plain = new(null);

    private readonly byte[]? _key;
    private readonly Sha256State _inner = Sha256State.Initial;
    private readonly Sha256State _outer;

    /// <summary>Makes a hasher for one key, or none.</summary>
    /// <param name="key">The key of an HMAC, of at most 64 bytes; null for a plain hash.</param>
    /// <exception cref="ArgumentException">The key is longer.</exception>
    public Sha256Batch(byte[]? key)
    {
        if (key is null) return;
        if (key.Length > BlockLength) throw new ArgumentException($"a key of {key.Length} bytes", nameof(key));
        _key = key;
        if (s_lanes == 0) return;
        _inner = Pad(key, InnerPad);
        _outer = Pad(key, OuterPad);
    }

    /// <summary>Whether several inputs are hashed at a time on this processor.</summary>
    public static bool IsAccelerated => s_lanes > 1;

    /// <summary>
    /// Hashes one input, by the same instructions and as quickly as the framework, which would have to load OpenSSL for
    /// it.
    /// </summary>
    /// <param name="data">The input.</param>
    /// <param name="hash">Receives <see cref="HashLength"/> bytes.</param>
    /// <exception cref="ArgumentException">There is no room for the hash.</exception>
    public static void HashOne(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        if (hash.Length < HashLength) throw new ArgumentException($"{hash.Length} bytes for a hash", nameof(hash));
        if (s_lanes == 0) SHA256.HashData(data, hash);
        else s_plain.HashTogether(data, data.Length, [0], hash);
    }

    /// <summary>Hashes parts of a buffer.</summary>
    /// <param name="data">The buffer.</param>
    /// <param name="length">Bytes of each part.</param>
    /// <param name="offsets">Where the parts begin.</param>
    /// <param name="hashes">Receives <see cref="HashLength"/> bytes for each part, in the same order.</param>
    /// <exception cref="ArgumentException">A part is not within the data, or there is no room for the hashes.
    /// </exception>
    public void Hash(ReadOnlySpan<byte> data, int length, ReadOnlySpan<int> offsets, Span<byte> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (hashes.Length < offsets.Length * HashLength)
            throw new ArgumentException($"{hashes.Length} bytes for {offsets.Length} hashes", nameof(hashes));
        foreach (int offset in offsets)
            if (offset < 0 || offset > data.Length - length)
                throw new ArgumentException($"no {length} bytes at {offset} of {data.Length}", nameof(offsets));
        while (offsets.Length > 1 && IsAccelerated)
        {
            int count = Math.Min(s_lanes, offsets.Length);
            HashTogether(data, length, offsets[..count], hashes);
            offsets = offsets[count..];
            hashes = hashes[(count * HashLength)..];
        }

        for (int i = 0; i < offsets.Length; i++)
            HashAlone(data.Slice(offsets[i], length), hashes.Slice(i * HashLength, HashLength));
    }

    private void HashAlone(ReadOnlySpan<byte> input, Span<byte> hash)
    {
        if (_key is null) HashOne(input, hash);
        else HMACSHA256.HashData(_key, input, hash);
    }

    private void HashTogether(ReadOnlySpan<byte> data, int length, ReadOnlySpan<int> offsets, Span<byte> hashes)
    {
        var states = stackalloc Sha256State[MostLanes];
        byte** inputs = stackalloc byte*[MostLanes];
        Span<byte> ends = stackalloc byte[MostLanes * 2 * BlockLength];
        fixed (byte* start = data, rest = ends)
        {
            for (int i = 0; i < offsets.Length; i++)
            {
                states[i] = _inner;
                inputs[i] = start + offsets[i];
            }

            Sha256Native.Add(offsets.Length, states, inputs, (nuint)(length / BlockLength));

            int tail = length % BlockLength;
            int blocks = 0;
            for (int i = 0; i < offsets.Length; i++)
            {
                var end = ends.Slice(i * 2 * BlockLength, 2 * BlockLength);
                data.Slice(offsets[i] + length - tail, tail).CopyTo(end);
                blocks = Finish(end, tail, length + (_key is null ? 0L : BlockLength));
                inputs[i] = rest + (i * 2 * BlockLength);
            }

            Sha256Native.Add(offsets.Length, states, inputs, (nuint)blocks);
            if (_key is not null) HashOuter(offsets.Length, states, inputs, ends);
        }

        for (int i = 0; i < offsets.Length; i++) states[i].Write(hashes[(i * HashLength)..]);
    }

    /// <summary>The second half of an HMAC: the hash of the first half's hashes.</summary>
    private void HashOuter(int count, Sha256State* states, byte** inputs, Span<byte> ends)
    {
        for (int i = 0; i < count; i++)
        {
            var end = ends.Slice(i * 2 * BlockLength, BlockLength);
            states[i].Write(end);
            Finish(end, HashLength, BlockLength + HashLength);
            states[i] = _outer;
        }

        Sha256Native.Add(count, states, inputs, 1);
    }

    /// <summary>Ends an input as SHA-256 wants it: a one, zeroes, and its length in bits.</summary>
    /// <returns>How many blocks the end takes.</returns>
    private static int Finish(Span<byte> end, int tail, long length)
    {
        int blocks = tail + 1 + sizeof(ulong) <= BlockLength ? 1 : 2;
        end[tail] = 0x80;
        end[(tail + 1)..].Clear();
        BinaryPrimitives.WriteInt64BigEndian(end[((blocks * BlockLength) - sizeof(ulong))..], length * 8);
        return blocks;
    }

    private static Sha256State Pad(ReadOnlySpan<byte> key, byte with)
    {
        byte* block = stackalloc byte[BlockLength];
        for (int i = 0; i < BlockLength; i++) block[i] = (byte)((i < key.Length ? key[i] : 0) ^ with);
        var state = Sha256State.Initial;
        Sha256Native.Add(1, &state, &block, 1);
        return state;
    }
}
