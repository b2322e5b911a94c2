using System.Buffers;
using LibvirtBackup.Repositories.Blobs;

namespace LibvirtBackup.Repositories.Indexes;

/// <summary>
/// An index of the repository: its packs and the rows of its blocks in memory (some half a byte per blob and a few per
/// pack), its entries in the store, or in memory as well once many were asked for and there is room. Immutable.
/// </summary>
internal sealed class IndexFile
{
    // A restore of one file asks for little; a backup asks for most of what there is.
    private const int QuestionsBeforeLoading = 64;

    private readonly IBlobStore _store;
    private readonly IndexMemory _memory;
    private readonly byte[] _rows;
    private readonly int _entriesAt;
    private int _questions;
    private byte[]? _entries;

    private IndexFile(
        IBlobStore store, IndexMemory memory, string key, IndexPack[] packs, byte[] rows, int entriesAt, int count)
    {
        (_store, _memory, Key, Packs, Count) = (store, memory, key, packs, count);
        (_rows, _entriesAt) = (rows, entriesAt);
    }

    internal string Key { get; }

    internal IReadOnlyList<IndexPack> Packs { get; }

    /// <summary>The number of entries.</summary>
    internal int Count { get; }

    internal int BlockCount => _rows.Length / IndexFormat.BlockRowLength;

    /// <exception cref="BlobMissingException">Somebody has deleted it meanwhile.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal static async Task<IndexFile> OpenAsync(
        IBlobStore store, IndexMemory memory, string key, CancellationToken cancellationToken)
    {
        var length = await store.GetLengthAsync(key, cancellationToken).ConfigureAwait(false)
            ?? throw new BlobMissingException(key, $"index '{key}' is gone");
        if (length < IndexFormat.HeaderLength) throw new InvalidDataException("the index ends early");
        var header = new byte[IndexFormat.HeaderLength];
        await store.ReadAsync(key, 0, header, cancellationToken).ConfigureAwait(false);
        var (packCount, entryCount) = IndexFormat.ReadHeader(header, length);
        var rowsAt = IndexFormat.HeaderLength + (packCount * IndexFormat.PackLength);
        var tables = new byte[rowsAt + (IndexFormat.BlockCount(entryCount) * IndexFormat.BlockRowLength)];
        await store.ReadAsync(key, 0, tables, cancellationToken).ConfigureAwait(false);
        if (IndexFormat.KeyOf(ChunkId.Compute(tables)) != key)
            throw new InvalidDataException("the index does not match its name");
        var packs = new IndexPack[packCount];
        for (var i = 0; i < packCount; i++)
            packs[i] = IndexFormat.ReadPack(
                tables.AsSpan(IndexFormat.HeaderLength + (i * IndexFormat.PackLength)));
        return new IndexFile(store, memory, key, packs, tables[rowsAt..], tables.Length, entryCount);
    }

    /// <summary>The blob's entry and its position in the index, or null.</summary>
    /// <exception cref="InvalidDataException">The block that may have it is damaged.</exception>
    internal async ValueTask<(IndexEntry Entry, int Position)?> FindAsync(
        ChunkId id, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _questions) == QuestionsBeforeLoading)
            await LoadAsync(cancellationToken).ConfigureAwait(false);
        // Ids that begin alike may lie on both sides of a border between blocks.
        for (var block = LastBlockStartingAtOrBefore(id.A); block >= 0; block--)
        {
            if (await FindInAsync(block, id, cancellationToken).ConfigureAwait(false) is { } found) return found;
            if (FirstOf(block) != id.A) break;
        }

        return null;
    }

    /// <summary>The entries of a block.</summary>
    /// <exception cref="InvalidDataException">The block is damaged.</exception>
    internal async ValueTask<IndexEntry[]> ReadBlockAsync(int block, CancellationToken cancellationToken)
    {
        var length = BlockLength(block);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await _store.ReadAsync(Key, BlockOffset(block), buffer.AsMemory(0, length), cancellationToken)
                .ConfigureAwait(false);
            Check(block, buffer.AsSpan(0, length));
            var entries = new IndexEntry[length / IndexFormat.EntryLength];
            for (var i = 0; i < entries.Length; i++)
                entries[i] = Checked(IndexFormat.ReadEntry(buffer.AsSpan(i * IndexFormat.EntryLength)));
            return entries;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Gives back its share of memory: it is no index of the repository any more.</summary>
    internal void Retire()
    {
        if (Volatile.Read(ref _entries) is { } entries) _memory.Return(entries.Length);
    }

    /// <summary>Where the blob of an entry is.</summary>
    internal BlobLocation Locate(IndexEntry entry)
    {
        var pack = Packs[entry.Pack];
        return new BlobLocation(
            pack.Id, pack.Salt, pack.Length, entry.Offset, entry.StoredLength, entry.PlainLength, entry.Codec);
    }

    private async ValueTask<(IndexEntry Entry, int Position)?> FindInAsync(
        int block, ChunkId id, CancellationToken cancellationToken)
    {
        var length = BlockLength(block);
        if (Volatile.Read(ref _entries) is { } loaded)
        {
            var start = block * IndexFormat.EntriesPerBlock * IndexFormat.EntryLength;
            var found = Search(loaded.AsSpan(start, length), id);
            if (found < 0) return null;
            var hit = Checked(IndexFormat.ReadEntry(loaded.AsSpan(start + (found * IndexFormat.EntryLength))));
            return (hit, (block * IndexFormat.EntriesPerBlock) + found);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await _store.ReadAsync(Key, BlockOffset(block), buffer.AsMemory(0, length), cancellationToken)
                .ConfigureAwait(false);
            var position = Search(buffer.AsSpan(0, length), id);
            if (position < 0) return null;
            // Only a hit must be true: to overlook a blob means to store it twice.
            Check(block, buffer.AsSpan(0, length));
            var entry = Checked(IndexFormat.ReadEntry(buffer.AsSpan(position * IndexFormat.EntryLength)));
            return (entry, (block * IndexFormat.EntriesPerBlock) + position);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        var length = Count * IndexFormat.EntryLength;
        if (!_memory.TryTake(length)) return;
        try
        {
            var entries = new byte[length];
            await _store.ReadAsync(Key, _entriesAt, entries, cancellationToken).ConfigureAwait(false);
            for (var block = 0; block < BlockCount; block++)
                Check(block, entries.AsSpan((int)(BlockOffset(block) - _entriesAt), BlockLength(block)));
            Volatile.Write(ref _entries, entries);
        }
        catch (InvalidDataException)
        {
            // The blocks that are good go on to be read one by one.
        }
        finally
        {
            if (_entries is null) _memory.Return(length);
        }
    }

    private static int Search(ReadOnlySpan<byte> block, ChunkId id)
    {
        var (low, high) = (0, (block.Length / IndexFormat.EntryLength) - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = ChunkId.Read(block[(middle * IndexFormat.EntryLength)..]).CompareTo(id);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return -1;
    }

    private void Check(int block, ReadOnlySpan<byte> bytes)
    {
        if (!IndexFormat.MatchesRow(_rows.AsSpan(block * IndexFormat.BlockRowLength), bytes))
            throw new InvalidDataException($"block {block} of the index does not match its hash");
    }

    private IndexEntry Checked(IndexEntry entry) =>
        (uint)entry.Pack < (uint)Packs.Count && entry.Offset >= 0
            ? entry
            : throw new InvalidDataException($"the index has no byte {entry.Offset} of a pack {entry.Pack}");

    private long BlockOffset(int block) =>
        _entriesAt + ((long)block * IndexFormat.EntriesPerBlock * IndexFormat.EntryLength);

    private int BlockLength(int block) => IndexFormat.EntryLength
        * Math.Min(IndexFormat.EntriesPerBlock, Count - (block * IndexFormat.EntriesPerBlock));

    private ulong FirstOf(int block) => IndexFormat.ReadRowFirst(_rows.AsSpan(block * IndexFormat.BlockRowLength));

    private int LastBlockStartingAtOrBefore(ulong first)
    {
        var (low, high) = (0, BlockCount);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (FirstOf(middle) <= first) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }
}
