using System.Buffers;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>A pack being filled in memory. Not thread-safe.</summary>
internal sealed class PackBuilder : IDisposable
{
    /// <summary>
    /// A pack is sealed when it reaches this; large enough to make flushes rare, small enough to hold a few in
    /// memory.
    /// </summary>
    internal const int TargetLength = 16 * Units.MiB;

    private readonly List<PackEntry> _entries = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(TargetLength + (2 * Units.MiB));
    private int _length;

    internal PackBuilder()
    {
        PackFormat.Magic.CopyTo(_buffer);
        _length = PackFormat.MagicLength;
    }

    internal bool IsFull => _length >= TargetLength;

    internal bool IsEmpty => _entries.Count == 0;

    internal ReadOnlyMemory<byte> Content => _buffer.AsMemory(0, _length);

    internal void Add(ChunkId id, ReadOnlySpan<byte> stored, int plainLength, BlobCodec codec)
    {
        EnsureRoom(PackFormat.HeaderLength + stored.Length);
        PackFormat.WriteHeader(_buffer.AsSpan(_length), id, stored.Length, plainLength, codec);
        _length += PackFormat.HeaderLength;
        _entries.Add(new PackEntry(id, _length, stored.Length, plainLength, codec));
        stored.CopyTo(_buffer.AsSpan(_length));
        _length += stored.Length;
    }

    internal SealedPack Seal() => new(ChunkId.Compute(Content.Span), _entries);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void EnsureRoom(int more)
    {
        if (_length + more <= _buffer.Length) return;
        var larger = ArrayPool<byte>.Shared.Rent(_length + more);
        Content.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
