using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Restores.Targets;

namespace LibvirtBackup.Restores;

/// <summary>Writes a stored disk to a target, leaf by leaf of its map.</summary>
internal sealed class DiskWriter(BlobReader reader, DiskMap map, IDiskTarget target, Action<long> progress)
{
    private const int ChunksInFlight = 8;

    private long _written;

    /// <returns>Bytes of data written.</returns>
    /// <exception cref="BackupException">Integrity: something that is needed is absent or damaged.</exception>
    internal async Task<long> WriteAsync(CancellationToken cancellationToken)
    {
        var shape = map.Shape;
        for (long leaf = 0; leaf < shape.LeafCount; leaf++)
        {
            var entries = await map.ReadLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
            var first = leaf * MapNode.Width;
            var options = new ParallelOptions
            {
                MaxDegreeOfParallelism = ChunksInFlight,
                CancellationToken = cancellationToken,
            };
            await Parallel.ForAsync(0, entries.Length, options, (i, token) =>
                WriteChunkAsync(first + i, entries[i], token))
                .ConfigureAwait(false);
            progress(Math.Min((leaf + 1) * shape.LeafBytes, shape.SizeBytes));
        }

        return _written;
    }

    private async ValueTask WriteChunkAsync(long chunk, MapEntry entry, CancellationToken cancellationToken)
    {
        var offset = chunk * map.Shape.ChunkSizeBytes;
        var length = map.Shape.ChunkLength(chunk);
        switch (entry.Kind)
        {
            case EntryKind.Hole:
                break;
            case EntryKind.Zero:
                await target.WriteZeroesAsync(offset, length, cancellationToken).ConfigureAwait(false);
                break;
            case EntryKind.Data:
                using (var buffer = NativeBufferPool.Shared.Rent(length))
                {
                    await reader.ReadAsync(entry.Id, buffer.Memory, cancellationToken).ConfigureAwait(false);
                    await target.WriteAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
                }

                Interlocked.Add(ref _written, length);
                break;
        }
    }
}
