using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// A connection to an export of an NBD server, with any number of requests in flight; safe to use from many threads.
/// A request that is cancelled is still carried out by the server, perhaps: only the wait ends. When the connection
/// is lost every request fails with <see cref="NbdException.IsConnectionLost"/>; nothing hangs.
/// </summary>
public sealed class NbdConnection : IAsyncDisposable
{
    /// <summary>Longer ranges do not fit the protocol's 32 bits; a multiple of every usual block size.</summary>
    private const long MaximumRange = 0xFFFF_0000;

    private readonly NbdIoLoop _loop;
    private readonly NbdTransferPool _transfers = new();

    private NbdConnection(NbdIoLoop loop, NbdEndpoint endpoint, NbdExportInfo export)
    {
        _loop = loop;
        Endpoint = endpoint;
        Export = export;
    }

    /// <summary>The server.</summary>
    public NbdEndpoint Endpoint { get; }

    /// <summary>What the server told of the export.</summary>
    public NbdExportInfo Export { get; }

    /// <summary>How many requests are queued or in flight, also those that nobody waits for any more.</summary>
    public int InFlight => _loop.Pending;

    /// <summary>Connects and negotiates.</summary>
    /// <param name="endpoint">The server and its export.</param>
    /// <param name="options">How to connect.</param>
    /// <param name="cancellationToken">Gives up; what is half connected is closed.</param>
    /// <exception cref="NbdException">The server cannot be reached, or it refused; ETIMEDOUT when it took too
    /// long.</exception>
    public static async Task<NbdConnection> ConnectAsync(
        NbdEndpoint endpoint, NbdConnectionOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(options);
        NbdNegotiation.Validate(endpoint, options);
        cancellationToken.ThrowIfCancellationRequested();
        var loop = new NbdIoLoop(endpoint, options);
        loop.Start();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout);
        try
        {
            NbdExportInfo export = await loop.Connected.WaitAsync(limit.Token).ConfigureAwait(false);
            return new NbdConnection(loop, endpoint, export);
        }
        catch (OperationCanceledException)
        {
            // The thread may sit in a name look-up: it ends by itself, and nobody waits for it.
            loop.Stop();
            Forget(loop.Connected);
            cancellationToken.ThrowIfCancellationRequested();
            throw new NbdException(Errno.TimedOut, nameof(ConnectAsync),
                $"{endpoint}: no answer from the NBD server within {options.ConnectTimeout.TotalSeconds} s");
        }
    }

    /// <summary>Reads as many bytes as the target holds.</summary>
    /// <inheritdoc cref="ReadAsync(long, NativeBuffer, int, int, CancellationToken)"/>
    public ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        return ReadAsync(offset, target, 0, target.Length, cancellationToken);
    }

    /// <summary>Reads into a part of a buffer, without a copy.</summary>
    /// <param name="offset">Where in the export, in bytes.</param>
    /// <param name="target">
    /// The buffer; held until the server is done with it, even when the wait is cancelled and the buffer disposed.
    /// </param>
    /// <param name="start">Where in the buffer.</param>
    /// <param name="length">How many bytes, at most <see cref="NbdExportInfo.MaximumBlockSize"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the buffer's content is undefined then.</param>
    /// <exception cref="NbdException">The server failed to read, or the connection is lost.</exception>
    public ValueTask ReadAsync(
        long offset, NativeBuffer target, int start, int length, CancellationToken cancellationToken) =>
        Transfer(NbdTransferKind.Read, offset, target, start, length, cancellationToken);

    /// <summary>Reads into managed memory, by way of a native buffer, so that a late answer never touches it.</summary>
    /// <param name="offset">Where in the export, in bytes.</param>
    /// <param name="target">The memory; unchanged when the request fails or is cancelled.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NbdException">The server failed to read, or the connection is lost.</exception>
    public ValueTask ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        if (!TryBegin(offset, target.Length, cancellationToken, out ValueTask result))
            return result;
        NbdTransfer transfer = _transfers.Rent();
        transfer.Prepare(NbdTransferKind.Read, offset, target.Length, 0);
        transfer.Attach(NativeBufferPool.Shared.Rent(target.Length), 0);
        transfer.CopyTo(target);
        return transfer.Start(_loop, cancellationToken);
    }

    /// <summary>Writes all of a buffer.</summary>
    /// <inheritdoc cref="WriteAsync(long, NativeBuffer, int, int, CancellationToken)"/>
    public ValueTask WriteAsync(long offset, NativeBuffer source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return WriteAsync(offset, source, 0, source.Length, cancellationToken);
    }

    /// <summary>Writes a part of a buffer, without a copy. Durable after the next <see cref="FlushAsync"/>.</summary>
    /// <param name="offset">Where in the export, in bytes.</param>
    /// <param name="source">The buffer; held, and not to be changed, until the request ends, also when
    /// cancelled.</param>
    /// <param name="start">Where in the buffer.</param>
    /// <param name="length">How many bytes, at most <see cref="NbdExportInfo.MaximumBlockSize"/>.</param>
    /// <param name="cancellationToken">Ends the wait; it may still be written then.</param>
    /// <exception cref="NbdException">The server failed to write, or the connection is lost.</exception>
    public ValueTask WriteAsync(
        long offset, NativeBuffer source, int start, int length, CancellationToken cancellationToken) =>
        Transfer(NbdTransferKind.Write, offset, source, start, length, cancellationToken);

    /// <summary>
    /// Writes managed memory, which is copied before this returns and free for other use from then on.
    /// </summary>
    /// <param name="offset">Where in the export, in bytes.</param>
    /// <param name="source">The bytes, at most <see cref="NbdExportInfo.MaximumBlockSize"/>.</param>
    /// <param name="cancellationToken">Ends the wait; it may still be written then.</param>
    /// <exception cref="NbdException">The server failed to write, or the connection is lost.</exception>
    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (!TryBegin(offset, source.Length, cancellationToken, out ValueTask result))
            return result;
        NativeBuffer buffer = NativeBufferPool.Shared.Rent(source.Length);
        source.Span.CopyTo(buffer.Span);
        NbdTransfer transfer = _transfers.Rent();
        transfer.Prepare(NbdTransferKind.Write, offset, source.Length, 0);
        transfer.Attach(buffer, 0);
        return transfer.Start(_loop, cancellationToken);
    }

    /// <summary>
    /// Makes a range read as zeroes without sending them. A long range takes several requests, one after another.
    /// </summary>
    /// <param name="offset">Where in the export, in bytes.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="flags">How.</param>
    /// <param name="cancellationToken">Ends the wait; it may still be zeroed then.</param>
    /// <exception cref="NbdException">The server failed or cannot, or the connection is lost.</exception>
    public ValueTask WriteZeroesAsync(
        long offset, long length, NbdZeroFlags flags, CancellationToken cancellationToken) =>
        Range(NbdTransferKind.WriteZeroes, offset, length, (uint)flags, cancellationToken);

    /// <summary>
    /// Discards a range: what it reads as afterwards is undefined. A hint, which a server may ignore.
    /// </summary>
    /// <param name="offset">Where in the export, in bytes.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="cancellationToken">Ends the wait; it may still be discarded then.</param>
    /// <exception cref="NbdException">The server failed or cannot, or the connection is lost.</exception>
    public ValueTask TrimAsync(long offset, long length, CancellationToken cancellationToken) =>
        Range(NbdTransferKind.Trim, offset, length, 0, cancellationToken);

    /// <summary>Makes everything durable that was written, by requests that completed before this one began.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NbdException">The server failed or cannot, or the connection is lost.</exception>
    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        NbdTransfer transfer = _transfers.Rent();
        transfer.Prepare(NbdTransferKind.Flush, 0, 0, 0);
        return transfer.Start(_loop, cancellationToken);
    }

    /// <summary>Asks for the status of a range in every negotiated context, in one request.</summary>
    /// <param name="offset">Where in the export, in bytes.</param>
    /// <param name="length">How many bytes, at least 1; the server may describe fewer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">No context was negotiated.</exception>
    /// <exception cref="NbdException">The server failed or broke the protocol, or the connection is lost.</exception>
    public async Task<NbdBlockStatus> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken)
    {
        CheckRange(offset, length);
        ArgumentOutOfRangeException.ThrowIfZero(length);
        if (Export.MetaContexts.Count == 0)
        {
            throw new InvalidOperationException(
                $"{Endpoint}: the NBD server has none of the requested kinds of block status.");
        }

        var command = new NbdBlockStatusCommand(Export, offset, Math.Min(length, MaximumRange));
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, canceled) => ((NbdBlockStatusCommand)state!).Cancel(canceled), command);
        if (!_loop.TryEnqueue(command))
            command.Complete(_loop.ClosedError(command.Function));
        return await command.Result.ConfigureAwait(false);
    }

    /// <summary>
    /// Closes the connection; requests that are still in flight fail. When it completes, the server can change no
    /// buffer.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _loop.Stop();
        await _loop.Stopped.ConfigureAwait(false);
    }

    private static void Forget(Task task) => _ = task.ContinueWith(
        static t => _ = t.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        TaskScheduler.Default);

    private ValueTask Transfer(NbdTransferKind kind, long offset, NativeBuffer buffer, int start, int length,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length - start);
        if (!TryBegin(offset, length, cancellationToken, out ValueTask result))
            return result;
        buffer.Hold();
        NbdTransfer transfer = _transfers.Rent();
        transfer.Prepare(kind, offset, length, 0);
        transfer.Attach(buffer, start);
        return transfer.Start(_loop, cancellationToken);
    }

    /// <summary>False when the result is known already.</summary>
    private bool TryBegin(long offset, int length, CancellationToken cancellationToken, out ValueTask result)
    {
        CheckRange(offset, length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Export.MaximumBlockSize);
        result = cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken) : default;
        return length > 0 && !cancellationToken.IsCancellationRequested;
    }

    private async ValueTask Range(
        NbdTransferKind kind, long offset, long length, uint flags, CancellationToken cancellationToken)
    {
        CheckRange(offset, length);
        while (length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long part = Math.Min(length, MaximumRange);
            NbdTransfer transfer = _transfers.Rent();
            transfer.Prepare(kind, offset, part, flags);
            await transfer.Start(_loop, cancellationToken).ConfigureAwait(false);
            offset += part;
            length -= part;
        }
    }

    private void CheckRange(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Export.SizeBytes - offset);
    }
}
