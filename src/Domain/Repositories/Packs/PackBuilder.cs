using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories.Packs;

/// <summary>A pack being filled, in memory that can be written past the page cache. Not thread-safe.</summary>
internal sealed class PackBuilder : IDisposable
{
    private readonly List<PackEntry> _entries = new(capacity: 512);
    private readonly NativeBuffer _buffer;
    private readonly PackSalt _salt;
    private int _length;

    internal PackBuilder(NativeBuffer buffer, PackSalt salt)
    {
        (_buffer, _salt, _length) = (buffer, salt, PackFormat.HeaderLength);
        PackFormat.WriteHeader(_buffer.Span, salt);
    }

    /// <summary>Adds a blob; false when the pack has no room for it.</summary>
    internal bool TryAdd(ChunkId id, ChunkId storedHash, ReadOnlySpan<byte> stored, int plainLength, BlobCodec codec)
    {
        if (_length + stored.Length + PackFormat.TableLength(_entries.Count + 1) > _buffer.Length) return false;
        _entries.Add(new PackEntry(id, storedHash, _length, stored.Length, plainLength, codec));
        stored.CopyTo(_buffer.Span[_length..]);
        _length += stored.Length;
        return true;
    }

    /// <summary>Finishes the pack.</summary>
    /// <returns>The pack, and all of its bytes, which stay valid until this is disposed.</returns>
    internal (SealedPack Pack, ReadOnlyMemory<byte> Content) Seal()
    {
        var end = _buffer.Span.Slice(_length, PackFormat.TableLength(_entries.Count));
        PackFormat.WriteTable(end, _entries);
        var id = PackFormat.IdOf(_buffer.Span, end);
        var length = _length + end.Length;
        return (new SealedPack(id, _salt, length, _entries), _buffer.Memory[..length]);
    }

    public void Dispose() => _buffer.Dispose();
}
