using System.Buffers;
using LibvirtBackup.Repositories.Blobs;
using LibvirtBackup.Repositories.Indexes;
using LibvirtBackup.Repositories.Keys;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Repositories.Packs;
using LibvirtBackup.Repositories.Sessions;

namespace LibvirtBackup.Repositories;

/// <summary>
/// One writing session: blobs go into packs, full packs are stored while more are filled, <see cref="FinishAsync"/>
/// stores the last pack and the index. A session that is given up leaves garbage, never a broken repository.
/// Thread-safe.
/// </summary>
internal sealed class BlobWriter : IAsyncDisposable
{
    private readonly KnownBlobs _known;
    private readonly BlobCoder _coder;
    private readonly RepositoryLock _held;
    private readonly PackCipher? _cipher;
    private readonly PackSalt _salt = PackSalt.Create();
    private readonly bool _idIsHash;
    private readonly IndexSegments _segments;
    private readonly PackStorer _storer;
    private readonly HashSet<ChunkId> _pending = [];
    private readonly Lock _pendingLock = new();
    private readonly Lock _packLock = new();
    private readonly SemaphoreSlim _opening = new(1);
    private PackBuilder? _open;

    /// <param name="store">Where packs and indexes go.</param>
    /// <param name="index">The indexes.</param>
    /// <param name="known">What is stored already.</param>
    /// <param name="keys">The repository's keys, or null when it is not encrypted.</param>
    /// <param name="compressionLevel">The zstd level.</param>
    /// <param name="held">The session's lock, taken before anything was read; disposed with this.</param>
    internal BlobWriter(
        IBlobStore store, PackIndex index, KnownBlobs known, RepositoryKeys? keys, int compressionLevel,
        RepositoryLock held)
    {
        (Names, _known, _held) = (new BlobNames(keys), known, held);
        _idIsHash = keys is null;
        _cipher = keys is null ? null : new PackCipher(keys, _salt);
        _coder = new BlobCoder(compressionLevel, _cipher);
        _segments = new IndexSegments(store, index);
        _storer = new PackStorer(store, OnStoredAsync);
    }

    /// <summary>Names what is added.</summary>
    internal BlobNames Names { get; }

    /// <summary>Packs that were found absent or cut; what they held and was met again has been stored again.</summary>
    internal IReadOnlyCollection<ChunkId> LostPacks => _known.LostPacks;

    /// <summary>
    /// Adds a blob unless the repository or this session has it. Waits while too many full packs await the disk.
    /// </summary>
    /// <returns>The blob's id, and the bytes that it added to the repository (0 when it was there).</returns>
    internal async ValueTask<(ChunkId Id, int StoredBytes)> AddAsync(
        ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        var id = Names.NameOf(plain.Span);
        return (id, await AddAsync(id, plain, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The same for a blob that <see cref="Names"/> has named.</summary>
    /// <returns>The bytes that it added to the repository (0 when it was there).</returns>
    internal async ValueTask<int> AddAsync(
        ChunkId id, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        if (plain.Length is < 1 or > BlobLimits.BlobLength)
            throw new ArgumentException($"a blob cannot have {plain.Length} bytes", nameof(plain));
        if (await _known.ContainsAsync(id, cancellationToken).ConfigureAwait(false)) return 0;
        lock (_pendingLock)
            if (!_pending.Add(id)) return 0;
        var scratch = ArrayPool<byte>.Shared.Rent(BlobCoder.TargetLength(plain.Length));
        try
        {
            var stored = 0;
            while (!TryAppend(id, plain.Span, scratch, ref stored))
                await OpenPackAsync(cancellationToken).ConfigureAwait(false);
            return stored + PackFormat.RowLength;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <summary>Stores what is left and then the index: from here on the session's blobs exist.</summary>
    /// <exception cref="BackupException">The session's lock was taken for stale: nothing may rely on it.</exception>
    internal async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_open is not null) _storer.Enqueue(_open);
        _open = null;
        await _storer.FinishAsync(cancellationToken).ConfigureAwait(false);
        await _segments.FinishAsync(cancellationToken).ConfigureAwait(false);
        await _held.RequireAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _storer.DisposeAsync().ConfigureAwait(false);
        _open?.Dispose();
        _coder.Dispose();
        _cipher?.Dispose();
        _opening.Dispose();
        await _held.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Codes the blob and adds it to the open pack; false when there is none with room, to be tried again.
    /// </summary>
    private bool TryAppend(ChunkId id, ReadOnlySpan<byte> plain, Span<byte> scratch, ref int storedBytes)
    {
        var codec = _coder.Encode(id, plain, scratch, out var stored);
        var hash = _idIsHash && codec == BlobCodec.Plain ? id : ChunkId.Compute(stored);
        storedBytes = stored.Length;
        lock (_packLock)
        {
            if (_open is null) return false;
            if (_open.TryAdd(id, hash, stored, plain.Length, codec)) return true;
            _storer.Enqueue(_open);
            _open = null;
            return false;
        }
    }

    private async ValueTask OpenPackAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            lock (_packLock)
                if (_open is not null) return;
            var pack = await _storer.BeginPackAsync(_salt, cancellationToken).ConfigureAwait(false);
            lock (_packLock) _open = pack;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task OnStoredAsync(SealedPack pack, CancellationToken cancellationToken)
    {
        var listed = await _segments.AddAsync(pack, cancellationToken).ConfigureAwait(false);
        if (listed.Count == 0) return;
        lock (_pendingLock)
            foreach (var done in listed)
                foreach (var entry in done.Entries)
                    _pending.Remove(entry.Id);
    }
}
