using LibvirtBackup.Repositories;

namespace LibvirtBackup.Exports.Points;

/// <summary>
/// Chunks that were read lately, of all disks of a server: small reads next to each other unpack and check a chunk
/// once. Whole chunks go past it. Thread-safe.
/// </summary>
internal sealed class ChunkCache
{
    private const long MostBytes = 64 * Units.MiB;

    private readonly BlobReader _reader;
    private readonly RecentlyUsed<ChunkId, byte[]> _chunks;

    internal ChunkCache(Repository repository)
    {
        _reader = repository.Reader;
        _chunks = new RecentlyUsed<ChunkId, byte[]>((int)Math.Max(1, MostBytes / repository.ChunkSizeBytes));
    }

    /// <summary>Reads a part of a chunk.</summary>
    /// <param name="id">The chunk.</param>
    /// <param name="chunkLength">Its bytes.</param>
    /// <param name="within">Where the part begins.</param>
    /// <param name="target">Receives the part.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="BackupException">Integrity: the chunk is absent or damaged.</exception>
    internal async ValueTask ReadAsync(
        ChunkId id, int chunkLength, int within, Memory<byte> target, CancellationToken cancellationToken)
    {
        if (target.Length == chunkLength)
        {
            await _reader.ReadAsync(id, target, cancellationToken).ConfigureAwait(false);
            return;
        }

        var chunk = await _chunks.GetAsync(id, () => ReadWholeAsync(id, chunkLength))
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        chunk.AsSpan(within, target.Length).CopyTo(target.Span);
    }

    private async Task<byte[]> ReadWholeAsync(ChunkId id, int length)
    {
        var chunk = new byte[length];
        await _reader.ReadAsync(id, chunk, CancellationToken.None).ConfigureAwait(false);
        return chunk;
    }
}
