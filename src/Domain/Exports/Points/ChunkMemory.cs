using System.Collections.Concurrent;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Exports.Points;

/// <summary>
/// Chunks in memory that the kernel may take back at any time, page by page. Thread-safe; nobody waits for anybody:
/// what cannot be had at once counts as not there.
/// </summary>
internal sealed class ChunkMemory : IDisposable
{
    private const int PageBytes = VolatileMemory.PageBytes;

    /// <summary>In place of a mark: the page is all zeroes, and stays right when it is taken.</summary>
    private const ushort NoMark = ushort.MaxValue;

    /// <summary>How many places are looked at for one that nobody has asked for lately.</summary>
    private const int Tries = 4;

    private readonly VolatileMemory _memory;
    private readonly bool _isRing;
    private readonly int _placeBytes;
    private readonly int _placePages;
    private readonly Place[] _places;
    private readonly ushort[] _marks;
    private readonly int[] _filled;
    private readonly ConcurrentDictionary<ChunkId, int> _found = new();
    private int _taken;

    /// <param name="memory">Where they are kept; it is disposed with this.</param>
    /// <param name="chunkBytes">The longest chunk: a power of two, not above the memory's blocks.</param>
    /// <param name="isRing">True to give up what came first; else what nobody has asked for lately.</param>
    internal ChunkMemory(VolatileMemory memory, int chunkBytes, bool isRing = false)
    {
        (_memory, _placeBytes, _placePages, _isRing) = (memory, chunkBytes, chunkBytes / PageBytes, isRing);
        _places = new Place[Math.Min(memory.Length / _placeBytes, Array.MaxLength / _placePages)];
        _marks = new ushort[_places.Length * _placePages];
        _filled = new int[memory.Length / VolatileMemory.BlockBytes];
    }

    internal bool Contains(ChunkId id) => _found.ContainsKey(id);

    /// <summary>Copies a part of a chunk.</summary>
    /// <returns>False when it is not there any more; then <paramref name="target"/> holds anything.</returns>
    internal bool TryRead(ChunkId id, int within, Span<byte> target)
    {
        if (target.IsEmpty) return true;
        if (!_found.TryGetValue(id, out var number)) return false;
        var isKept = false;
        try
        {
            _memory.DangerousAddRef(ref isKept);
            ref var place = ref _places[number];
            var version = Volatile.Read(ref place.Version);
            if (version % 2 != 0 || place.Id != id || within + target.Length > place.Length) return false;
            var bytes = _memory.Slice((long)number * _placeBytes, _placeBytes);
            bytes.Slice(within, target.Length).CopyTo(target);
            // A page that still has its mark now had all of its bytes when they were copied.
            Interlocked.MemoryBarrier();
            var isWhole = HasMarks(number, bytes, within / PageBytes, (within + target.Length - 1) / PageBytes);
            Interlocked.MemoryBarrier();
            if (!isWhole || Volatile.Read(ref place.Version) != version) return false;
            if (!place.WasUsed) place.WasUsed = true;
            return true;
        }
        finally
        {
            if (isKept) _memory.DangerousRelease();
        }
    }

    /// <summary>Keeps a chunk, perhaps in the place of another one.</summary>
    internal void Put(ChunkId id, ReadOnlySpan<byte> chunk)
    {
        var number = _found.TryGetValue(id, out var known) ? known : Choose();
        ref var place = ref _places[number];
        var version = Volatile.Read(ref place.Version);
        // An odd version means that somebody writes there just now.
        if (version % 2 != 0 || Interlocked.CompareExchange(ref place.Version, version + 1, version) != version) return;
        var isKept = false;
        try
        {
            _memory.DangerousAddRef(ref isKept);
            var isNew = place.Length == 0;
            if (!isNew && place.Id != id) _found.TryRemove(KeyValuePair.Create(place.Id, number));
            (place.Id, place.Length, place.WasUsed) = (id, chunk.Length, false);
            var bytes = _memory.Slice((long)number * _placeBytes, chunk.Length);
            chunk.CopyTo(bytes);
            Mark(number, chunk);
            // A page that was taken while it was written has lost what was written until then, and may have its mark.
            Interlocked.MemoryBarrier();
            if (bytes.SequenceEqual(chunk)) _found[id] = number;
            else _found.TryRemove(KeyValuePair.Create(id, number));
            OfferBlock(number, isNew);
        }
        finally
        {
            Volatile.Write(ref place.Version, version + 2);
            if (isKept) _memory.DangerousRelease();
        }
    }

    public void Dispose() => _memory.Dispose();

    private int Choose()
    {
        if (_isRing) return (int)((uint)Interlocked.Increment(ref _taken) % (uint)_places.Length);
        if (Volatile.Read(ref _taken) < _places.Length && Interlocked.Increment(ref _taken) is var next
            && next <= _places.Length)
            return next - 1;
        // Not the one that was not used for longest: a disk that is read from start to end again and again, and has no
        // room, would never be found.
        for (var left = Tries; ; left--)
        {
            var number = Random.Shared.Next(_places.Length);
            if (left == 1 || !_places[number].WasUsed) return number;
            _places[number].WasUsed = false;
        }
    }

    /// <summary>
    /// A block is offered when all of it is in use, and again each time that a place in it gets another chunk. Who
    /// writes there just now may lose what he writes, and sees that when he has written.
    /// </summary>
    private void OfferBlock(int number, bool isNew)
    {
        var perBlock = VolatileMemory.BlockBytes / _placeBytes;
        ref var filled = ref _filled[number / perBlock];
        if ((isNew ? Interlocked.Increment(ref filled) : Volatile.Read(ref filled)) == perBlock)
            _memory.Offer(number / perBlock);
    }

    private void Mark(int number, ReadOnlySpan<byte> chunk)
    {
        for (var page = 0; page * PageBytes < chunk.Length; page++)
        {
            var bytes = chunk[(page * PageBytes)..];
            if (bytes.Length > PageBytes) bytes = bytes[..PageBytes];
            var at = bytes.IndexOfAnyExcept((byte)0);
            _marks[(number * _placePages) + page] = at < 0 ? NoMark : (ushort)at;
        }
    }

    private bool HasMarks(int number, ReadOnlySpan<byte> bytes, int firstPage, int lastPage)
    {
        for (var page = firstPage; page <= lastPage; page++)
        {
            var mark = _marks[(number * _placePages) + page];
            if (mark != NoMark && bytes[(page * PageBytes) + mark] == 0) return false;
        }

        return true;
    }

    private struct Place
    {
        internal long Version;
        internal ChunkId Id;
        internal int Length;
        internal bool WasUsed;
    }
}
