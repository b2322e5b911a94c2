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

    /// <summary>How many chunks of data there are; none when there are holes or zeroes.</summary>
    internal int Count { get; private set; }

    internal void SetEmpty(EntryKind kind, long offset, long length) =>
        (Kind, Offset, Length, Count) = (kind, offset, length, 0);

    internal void SetData(ReadOnlySpan<MapEntry> entries, long offset, long length)
    {
        (Kind, Offset, Length, Count) = (EntryKind.Data, offset, length, entries.Length);
        for (var i = 0; i < entries.Length; i++) _ids[i] = entries[i].Id;
    }

    /// <summary>Reads the data, each chunk through its hash.</summary>
    /// <exception cref="BackupException">Integrity: something is absent or damaged.</exception>
    internal ValueTask ReadAsync(
        BlobReader reader, int chunkSizeBytes, Memory<byte> buffer, CancellationToken cancellationToken) =>
        reader.ReadAllAsync(_ids.AsMemory(0, Count), chunkSizeBytes, buffer[..(int)Length], cancellationToken);
}
