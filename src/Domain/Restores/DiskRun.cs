using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Restores;

/// <summary>Neighbouring chunks of one kind; filled again and again by a <see cref="RunSource"/>.</summary>
internal sealed class DiskRun(int mostChunks)
{
    private readonly ChunkId[] _ids = new ChunkId[mostChunks];

    internal EntryKind Kind { get; private set; }

    internal long Offset { get; private set; }

    internal long Length { get; private set; }

    /// <summary>The chunks' ids when they are data, else none.</summary>
    internal ReadOnlySpan<ChunkId> Ids => _ids.AsSpan(0, Count);

    /// <summary>The number of ids.</summary>
    internal int Count { get; private set; }

    internal ChunkId this[int index] => _ids[index];

    internal void SetEmpty(EntryKind kind, long offset, long length) =>
        (Kind, Offset, Length, Count) = (kind, offset, length, 0);

    internal void SetData(ReadOnlySpan<MapEntry> entries, long offset, long length)
    {
        (Kind, Offset, Length, Count) = (EntryKind.Data, offset, length, entries.Length);
        for (var i = 0; i < entries.Length; i++) _ids[i] = entries[i].Id;
    }
}
