using System.Buffers;
using System.Collections.Concurrent;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Exports.Points;

/// <summary>
/// The chunks of all disks of a server: each is unpacked and checked once, as long as there is memory that nobody else
/// needs. Thread-safe.
/// </summary>
internal sealed class ChunkCache : IDisposable
{
    /// <summary>The most that is used unasked: what comes on top would hardly ever be found again.</summary>
    private const long MostBytes = 16L * Units.GiB;

    /// <summary>Room for what is read ahead there is in any case.</summary>
    private const int FewestChunks = 64;

    private readonly BlobReader _reader;
    private readonly ChunkMemory _memory;
    private readonly ConcurrentDictionary<ChunkId, Task> _loading = new();

    /// <param name="repository">Where they are.</param>
    /// <param name="limitBytes">How much memory is used at the most; null for a quarter of what this machine, or the
    /// container, has.</param>
    internal ChunkCache(Repository repository, long? limitBytes)
    {
        _reader = repository.Reader;
        var limit = limitBytes ?? Math.Min(MostBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);
        _memory = new ChunkMemory(
            new VolatileMemory(Math.Max(limit, FewestChunks * (long)repository.ChunkSizeBytes)),
            repository.ChunkSizeBytes);
    }

    /// <summary>Reads a part of a chunk where that needs no waiting.</summary>
    internal bool TryRead(ChunkId id, int within, Span<byte> target) => _memory.TryRead(id, within, target);

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
        if (_memory.TryRead(id, within, target.Span)) return;
        if (target.Length < chunkLength || _loading.ContainsKey(id))
        {
            await LoadAsync(id, chunkLength).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (_memory.TryRead(id, within, target.Span)) return;
        }

        if (target.Length == chunkLength)
        {
            await _reader.ReadAsync(id, target, cancellationToken).ConfigureAwait(false);
            _memory.Put(id, target.Span);
            return;
        }

        // It was taken back between two lines above.
        var whole = ArrayPool<byte>.Shared.Rent(chunkLength);
        try
        {
            await _reader.ReadAsync(id, whole.AsMemory(0, chunkLength), cancellationToken).ConfigureAwait(false);
            whole.AsSpan(within, target.Length).CopyTo(target.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    /// <summary>Begins to read a chunk that will probably be asked for; a failure is that of who asks.</summary>
    internal void Expect(ChunkId id, int chunkLength)
    {
        if (!_memory.Contains(id) && !_loading.ContainsKey(id))
            _ = Task.Run(() => LoadAsync(id, chunkLength)).ContinueWith(
                static load => _ = load.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Who asks for a chunk that is being read waits for it.</summary>
    private Task LoadAsync(ChunkId id, int length)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _loading.GetOrAdd(id, mine.Task);
        return first == mine.Task ? LoadAsync(id, length, mine) : first;
    }

    private async Task LoadAsync(ChunkId id, int length, TaskCompletionSource result)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await _reader.ReadAsync(id, chunk.AsMemory(0, length), CancellationToken.None).ConfigureAwait(false);
            _memory.Put(id, chunk.AsSpan(0, length));
            result.SetResult();
        }
        catch (Exception e)
        {
            result.SetException(e);
        }
        finally
        {
            _loading.TryRemove(id, out _);
            ArrayPool<byte>.Shared.Return(chunk);
        }

        await result.Task.ConfigureAwait(false);
    }
}
