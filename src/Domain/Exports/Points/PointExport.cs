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
    public bool TryRead(long offset, Span<byte> target)
    {
        while (target.Length > 0)
        {
            var (chunk, within, length) = Locate(offset, target.Length);
            if (!_leaves.TryGet(chunk, out var entry)) return false;
            if (entry.Kind != EntryKind.Data) target[..length].Clear();
            else if (!_chunks.TryRead(entry.Id, within, target[..length])) return false;
            offset += length;
            target = target[length..];
        }

        return true;
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        while (target.Length > 0)
        {
            var (chunk, within, length) = Locate(offset, target.Length);
            var entry = await _leaves.GetAsync(chunk, cancellationToken).ConfigureAwait(false);
            if (entry.Kind == EntryKind.Data)
                await _chunks
                    .ReadAsync(entry.Id, _shape.ChunkLength(chunk), within, target[..length], cancellationToken)
                    .ConfigureAwait(false);
            else
                target.Span[..length].Clear();
            (offset, target) = (offset + length, target[length..]);
        }
    }

    /// <inheritdoc/>
    public void Expect(long offset, int length)
    {
        var end = Math.Min(offset + length, SizeBytes);
        for (var chunk = offset / _shape.ChunkSizeBytes; chunk * _shape.ChunkSizeBytes < end; chunk++)
            if (_leaves.TryGet(chunk, out var entry) && entry.Kind == EntryKind.Data)
                _chunks.Expect(entry.Id, _shape.ChunkLength(chunk));
    }

    /// <summary>Finds the chunk that has a byte, and how many of the wanted ones it has.</summary>
    private (long Chunk, int Within, int Length) Locate(long offset, int wanted)
    {
        var (chunk, within) = Math.DivRem(offset, _shape.ChunkSizeBytes);
        return (chunk, (int)within, (int)Math.Min(wanted, _shape.ChunkLength(chunk) - within));
    }
}
