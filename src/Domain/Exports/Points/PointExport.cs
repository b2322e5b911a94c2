using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Exports.Points;

/// <summary>A disk of a restore point. What is handed out has been checked against its id.</summary>
internal sealed class PointExport : IExport
{
    private readonly ChunkCache _chunks;
    private readonly LeafCache _leaves;
    private readonly MapShape _shape;

    /// <param name="repository">The repository, which stays open as long as this is used.</param>
    /// <param name="disk">The disk.</param>
    /// <param name="name">What clients ask for.</param>
    /// <param name="description">One line for people.</param>
    /// <param name="chunks">Chunks that were read lately, of all disks.</param>
    /// <param name="changes">What changed since other points.</param>
    internal PointExport(
        Repository repository, RestorePointDisk disk, string name, string description, ChunkCache chunks,
        IEnumerable<ChangedMap> changes)
    {
        (Name, Description, _chunks) = (name, description, chunks);
        var map = repository.OpenMap(disk);
        _shape = map.Shape;
        _leaves = new LeafCache(map);
        Maps = [new AllocationMap(map, _leaves), .. changes];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public long SizeBytes => _shape.SizeBytes;

    /// <inheritdoc/>
    public int PreferredBlockBytes => _shape.ChunkSizeBytes;

    /// <inheritdoc/>
    public IReadOnlyList<IExportMap> Maps { get; }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        while (target.Length > 0)
        {
            var chunk = offset / _shape.ChunkSizeBytes;
            var within = (int)(offset % _shape.ChunkSizeBytes);
            var length = Math.Min(target.Length, _shape.ChunkLength(chunk) - within);
            await ReadChunkAsync(chunk, within, target[..length], cancellationToken).ConfigureAwait(false);
            (offset, target) = (offset + length, target[length..]);
        }
    }

    private async ValueTask ReadChunkAsync(
        long chunk, int within, Memory<byte> target, CancellationToken cancellationToken)
    {
        var entries = await _leaves.ReadAsync(chunk / MapNode.Width, cancellationToken).ConfigureAwait(false);
        var entry = entries[(int)(chunk % MapNode.Width)];
        if (entry.Kind == EntryKind.Data)
            await _chunks.ReadAsync(entry.Id, _shape.ChunkLength(chunk), within, target, cancellationToken)
                .ConfigureAwait(false);
        else
            target.Span.Clear();
    }
}
