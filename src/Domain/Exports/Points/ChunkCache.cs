using System.Buffers;
using System.Collections.Concurrent;
using LibvirtBackup.Interop.Posix;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Exports.Points;

/// <summary>
/// The chunks of all disks of a server: what is read in parts, or as a whole for the second time, is kept as long as
/// there is memory that nobody else needs. Who copies a disk once goes by without filling it. Thread-safe.
/// </summary>
internal sealed class ChunkCache : IDisposable
{
    /// <summary>The most that is used unasked: what comes on top would hardly ever be found again.</summary>
    private const long MostBytes = 16L * Units.GiB;

    /// <summary>A server without memory for chunks would unpack one again for each of its parts.</summary>
    private const int FewestChunks = 64;

    /// <summary>What is read ahead is on its way for a moment only; clients have 1 MiB each of it.</summary>
    private const long PassingBytes = 16L * Units.MiB;

    private readonly BlobReader _reader;
    private readonly ChunkMemory _memory;
    private readonly ChunkMemory _passing;
    private readonly SeenChunks _seen;
    private readonly ConcurrentDictionary<ChunkId, Task> _loading = new();

    /// <param name="repository">Where they are.</param>
    /// <param name="limitBytes">How much memory is used at the most; null for a quarter of what this machine, or the
    /// container, has.</param>
    internal ChunkCache(Repository repository, long? limitBytes)
    {
        _reader = repository.Reader;
        var limit = limitBytes ?? Math.Min(MostBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);
        var chunk = repository.ChunkSizeBytes;
        var fewest = FewestChunks * (long)chunk;
        _memory = new ChunkMemory(new VolatileMemory(Math.Max(limit, fewest)), chunk);
        _passing = new ChunkMemory(new VolatileMemory(Math.Max(PassingBytes, fewest)), chunk, isRing: true);
        // As many as can be kept, twice, so that few push each other out.
        _seen = new SeenChunks((int)Math.Min(2 * Math.Max(limit, fewest) / chunk, Array.MaxLength));
    }

    /// <summary>Reads a part of a chunk where that needs no waiting.</summary>
    internal bool TryRead(ChunkId id, int within, Span<byte> target) =>
        _memory.TryRead(id, within, target) || _passing.TryRead(id, within, target);

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
        if (TryRead(id, within, target.Span)) return;
        if (target.Length < chunkLength || _loading.ContainsKey(id))
        {
            await LoadAsync(id, chunkLength, _memory).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (TryRead(id, within, target.Span)) return;
        }

        if (target.Length == chunkLength)
        {
            await _reader.ReadAsync(id, target, cancellationToken).ConfigureAwait(false);
            if (_seen.Note(id)) _memory.Put(id, target.Span);
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
        if (!_memory.Contains(id) && !_passing.Contains(id) && !_loading.ContainsKey(id))
            _ = Task.Run(() => LoadAsync(id, chunkLength, _seen.Note(id) ? _memory : _passing)).ContinueWith(
                static load => _ = load.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
    }

    public void Dispose()
    {
        _memory.Dispose();
        _passing.Dispose();
    }

    /// <summary>Who asks for a chunk that is being read waits for it.</summary>
    private Task LoadAsync(ChunkId id, int length, ChunkMemory memory)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _loading.GetOrAdd(id, mine.Task);
        return first == mine.Task ? LoadAsync(id, length, memory, mine) : first;
    }

    private async Task LoadAsync(ChunkId id, int length, ChunkMemory memory, TaskCompletionSource result)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await _reader.ReadAsync(id, chunk.AsMemory(0, length), CancellationToken.None).ConfigureAwait(false);
            memory.Put(id, chunk.AsSpan(0, length));
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
