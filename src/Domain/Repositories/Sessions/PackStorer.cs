using System.Threading.Channels;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories.Sessions;

/// <summary>
/// Stores full packs in the background while others are filled. A fixed number of pack buffers bounds the memory: who
/// needs a new one waits until one is stored. Thread-safe.
/// </summary>
internal sealed class PackStorer : IAsyncDisposable
{
    private const int Buffers = 4;
    private const int Writers = 2;

    private readonly IBlobStore _store;
    private readonly Func<SealedPack, CancellationToken, Task> _stored;
    private readonly NativeBufferPool _pool = new(retainedLimit: Buffers * (long)BlobLimits.PackLength);
    private readonly SemaphoreSlim _free = new(Buffers);
    private readonly Channel<PackBuilder> _full = Channel.CreateUnbounded<PackBuilder>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _writers;

    /// <param name="store">Where packs go.</param>
    /// <param name="stored">Called for each pack when it is durable, from several threads.</param>
    internal PackStorer(IBlobStore store, Func<SealedPack, CancellationToken, Task> stored)
    {
        (_store, _stored) = (store, stored);
        _writers = [.. Enumerable.Range(0, Writers).Select(_ => Task.Run(StoreAllAsync))];
    }

    /// <summary>An empty pack; waits for a buffer.</summary>
    /// <exception cref="IOException">A pack could not be stored.</exception>
    internal async ValueTask<PackBuilder> BeginPackAsync(PackSalt salt, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            await _free.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(_writers).ConfigureAwait(false);
            throw;
        }

        return new PackBuilder(_pool.Rent(BlobLimits.PackLength), salt);
    }

    /// <summary>Takes over a pack, which is stored soon.</summary>
    internal void Enqueue(PackBuilder pack)
    {
        if (!_full.Writer.TryWrite(pack)) pack.Dispose();
    }

    /// <summary>Waits until all packs are durable.</summary>
    /// <exception cref="IOException">A pack could not be stored.</exception>
    internal async Task FinishAsync(CancellationToken cancellationToken)
    {
        _full.Writer.TryComplete();
        await Task.WhenAll(_writers).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _full.Writer.TryComplete();
        await Task.WhenAll(_writers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_full.Reader.TryRead(out var pack)) pack.Dispose();
        _pool.Dispose();
        _free.Dispose();
        _stop.Dispose();
    }

    private async Task StoreAllAsync()
    {
        try
        {
            await foreach (var pack in _full.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                using (pack)
                {
                    var (done, content) = pack.Seal();
                    await _store.PutIfAbsentAsync(PackFormat.KeyOf(done.Id), content, _stop.Token)
                        .ConfigureAwait(false);
                    await _stored(done, _stop.Token).ConfigureAwait(false);
                }

                _free.Release();
            }
        }
        catch
        {
            // Whoever waits for a buffer sees the failure instead of waiting for ever.
            _full.Writer.TryComplete();
            await _stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
