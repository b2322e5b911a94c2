using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;
using LibvirtBackup.Restores;
using LibvirtBackup.Restores.Targets;

namespace LibvirtBackup.ImageSets;

/// <summary>Writes ranges of a stored disk, each chunk through its hash.</summary>
internal sealed class ChangedChunks : IDisposable
{
    private readonly Repository _repository;
    private readonly IDiskTarget _target;
    private readonly DiskMap _map;
    private readonly DiskRun _run;
    private readonly int _most;
    private readonly NativeBuffer _buffer;

    internal ChangedChunks(Repository repository, RestorePointDisk disk, IDiskTarget target)
    {
        (_repository, _target, _map) = (repository, target, repository.OpenMap(disk));
        _most = Math.Max(1, RunSource.DataBytes / _map.Shape.ChunkSizeBytes);
        _run = new DiskRun(_most);
        _buffer = NativeBufferPool.Shared.Rent(_most * _map.Shape.ChunkSizeBytes);
    }

    /// <summary>Writes chunks that all hold data.</summary>
    /// <param name="offset">Where the first begins.</param>
    /// <param name="end">Where the last ends.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task WriteAsync(long offset, long end, CancellationToken cancellationToken)
    {
        var shape = _map.Shape;
        while (offset < end)
        {
            var chunk = offset / shape.ChunkSizeBytes;
            var leaf = chunk / MapNode.Width;
            var entries = await _map.ReadLeafAsync(leaf, cancellationToken).ConfigureAwait(false);
            var first = (int)(chunk - (leaf * MapNode.Width));
            var count = (int)Math.Min(
                Math.Min(_most, entries.Length - first), Units.DivideUp(end - offset, shape.ChunkSizeBytes));
            var length = Math.Min((long)count * shape.ChunkSizeBytes, end - offset);
            _run.SetData(entries.AsSpan(first, count), offset, length);
            await _run.ReadAsync(_repository.Reader, shape.ChunkSizeBytes, _buffer.Memory, cancellationToken)
                .ConfigureAwait(false);
            await _target.WriteAsync(offset, _buffer, 0, (int)length, cancellationToken).ConfigureAwait(false);
            offset += length;
        }
    }

    public void Dispose() => _buffer.Dispose();
}
