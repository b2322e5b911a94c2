using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using LibvirtBackup.Interop.Zstd;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Packs;

namespace LibvirtBackup.Repositories;

/// <summary>
/// One writing session: blobs go into packs, full packs are stored while more are filled, <see cref="FinishAsync"/>
/// stores the index. Nothing of a session is visible before that; a session that is given up leaves garbage packs,
/// never a broken repository. Thread-safe.
/// </summary>
internal sealed class BlobWriter : IAsyncDisposable
{
    private readonly IBlobStore _store;
    private readonly PackIndex _known;
    private readonly ConcurrentDictionary<ChunkId, byte> _added = new();
    private readonly ConcurrentBag<ZstdCompressor> _compressors = [];
    private readonly Lock _packLock = new();
    private readonly List<SealedPack> _stored = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<PackBuilder> _full = Channel.CreateBounded<PackBuilder>(1);
    private readonly Task _storing;
    private PackBuilder? _open;

    internal BlobWriter(IBlobStore store, PackIndex known)
    {
        (_store, _known) = (store, known);
        _storing = Task.Run(StorePacksAsync);
    }

    /// <summary>
    /// Adds a blob unless the repository or this session has it. Waits while too many full packs await the disk.
    /// </summary>
    /// <returns>The blob's id, and the bytes that it added to the repository (0 when it was there).</returns>
    internal async ValueTask<(ChunkId Id, int StoredBytes)> AddAsync(
        ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        var id = ChunkId.Compute(plain.Span);
        if (_known.Contains(id) || !_added.TryAdd(id, 0)) return (id, 0);
        var (full, stored) = Append(id, plain.Span);
        if (full is not null) await EnqueueAsync(full, cancellationToken).ConfigureAwait(false);
        return (id, stored);
    }

    /// <summary>Stores what is left and then the index: from here on the session's blobs exist.</summary>
    internal async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_open is not null) await EnqueueAsync(_open, cancellationToken).ConfigureAwait(false);
        _open = null;
        _full.Writer.TryComplete();
        await _storing.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_stored.Count == 0) return;
        var index = IndexFormat.Write(_stored);
        var key = IndexFormat.KeyOf(index);
        await _store.PutIfAbsentAsync(key, index, cancellationToken).ConfigureAwait(false);
        _known.Add(key, _stored);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _full.Writer.TryComplete();
        await _storing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_full.Reader.TryRead(out var pack)) pack.Dispose();
        _open?.Dispose();
        foreach (var compressor in _compressors) compressor.Dispose();
        _stop.Dispose();
    }

    private async ValueTask EnqueueAsync(PackBuilder pack, CancellationToken cancellationToken)
    {
        try
        {
            await _full.Writer.WriteAsync(pack, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            pack.Dispose();
            await _storing.ConfigureAwait(false);
        }
    }

    private (PackBuilder? Full, int StoredBytes) Append(ChunkId id, ReadOnlySpan<byte> plain)
    {
        var compressor = _compressors.TryTake(out var free) ? free : new ZstdCompressor(level: 1);
        var buffer = ArrayPool<byte>.Shared.Rent(ZstdCompressor.GetMaximumCompressedLength(plain.Length));
        try
        {
            var length = compressor.Compress(plain, buffer);
            // Below some 3 % the time to decompress is not worth the space.
            var pays = length < plain.Length - (plain.Length / 32);
            var stored = pays ? buffer.AsSpan(0, length) : plain;
            lock (_packLock)
            {
                _open ??= new PackBuilder();
                _open.Add(id, stored, plain.Length, pays ? BlobCodec.Zstd : BlobCodec.Plain);
                var full = _open.IsFull ? _open : null;
                if (full is not null) _open = null;
                return (full, PackFormat.HeaderLength + stored.Length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _compressors.Add(compressor);
        }
    }

    private async Task StorePacksAsync()
    {
        try
        {
            await foreach (var pack in _full.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                using (pack)
                {
                    var done = pack.Seal();
                    var key = PackFormat.KeyOf(done.Id);
                    await _store.PutIfAbsentAsync(key, pack.Content, _stop.Token).ConfigureAwait(false);
                    _stored.Add(done);
                }
            }
        }
        finally
        {
            // Whoever waits to enqueue sees the failure instead of waiting for ever.
            _full.Writer.TryComplete();
        }
    }
}
