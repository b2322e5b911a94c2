namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// Several connections to one export, when the server allows it, with the requests spread over them; one connection
/// otherwise. Every method does what the method of <see cref="NbdConnection"/> does. When a connection is lost the
/// requests on it fail.
/// </summary>
public sealed class NbdConnectionPool : IAsyncDisposable
{
    private readonly NbdConnection[] _connections;
    private uint _turn;

    private NbdConnectionPool(NbdConnection[] connections) => _connections = connections;

    /// <summary>The server.</summary>
    public NbdEndpoint Endpoint => _connections[0].Endpoint;

    /// <summary>What the server told of the export; the same on every connection.</summary>
    public NbdExportInfo Export => _connections[0].Export;

    /// <summary>How many connections there are, at least 1.</summary>
    public int Count => _connections.Length;

    /// <summary>Connects once, and then more often when the server says that this is consistent.</summary>
    /// <param name="endpoint">The server and its export.</param>
    /// <param name="options">How to connect.</param>
    /// <param name="connections">How many connections to have, at least 1.</param>
    /// <param name="cancellationToken">Gives up; all connections are closed.</param>
    /// <exception cref="NbdException">A connection failed, or the connections differ in what they see.</exception>
    public static async Task<NbdConnectionPool> ConnectAsync(
        NbdEndpoint endpoint, NbdConnectionOptions options, int connections, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(connections);
        NbdConnection first = await NbdConnection.ConnectAsync(endpoint, options, cancellationToken)
            .ConfigureAwait(false);
        // A server that was started for this connection serves no other one.
        int more = endpoint is not NbdEndpoint.SocketActivation && first.Export.CanMultiConnect ? connections - 1 : 0;
        Task<NbdConnection>[] others = [.. Enumerable.Range(0, more).Select(
            _ => NbdConnection.ConnectAsync(endpoint, options, cancellationToken))];
        try
        {
            NbdConnection[] rest = await Task.WhenAll(others).ConfigureAwait(false);
            foreach (NbdConnection other in rest)
                ThrowIfDifferent(first, other);
            return new NbdConnectionPool([first, .. rest]);
        }
        catch
        {
            await first.DisposeAsync().ConfigureAwait(false);
            foreach (Task<NbdConnection> other in others.Where(task => task.IsCompletedSuccessfully))
            {
                NbdConnection connected = await other.ConfigureAwait(false);
                await connected.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <inheritdoc cref="NbdConnection.ReadAsync(long, NativeBuffer, CancellationToken)"/>
    public ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken) =>
        Pick().ReadAsync(offset, target, cancellationToken);

    /// <inheritdoc cref="NbdConnection.ReadAsync(long, NativeBuffer, int, int, CancellationToken)"/>
    public ValueTask ReadAsync(
        long offset, NativeBuffer target, int start, int length, CancellationToken cancellationToken) =>
        Pick().ReadAsync(offset, target, start, length, cancellationToken);

    /// <inheritdoc cref="NbdConnection.ReadAsync(long, Memory{byte}, CancellationToken)"/>
    public ValueTask ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken) =>
        Pick().ReadAsync(offset, target, cancellationToken);

    /// <inheritdoc cref="NbdConnection.WriteAsync(long, NativeBuffer, CancellationToken)"/>
    public ValueTask WriteAsync(long offset, NativeBuffer source, CancellationToken cancellationToken) =>
        Pick().WriteAsync(offset, source, cancellationToken);

    /// <inheritdoc cref="NbdConnection.WriteAsync(long, NativeBuffer, int, int, CancellationToken)"/>
    public ValueTask WriteAsync(
        long offset, NativeBuffer source, int start, int length, CancellationToken cancellationToken) =>
        Pick().WriteAsync(offset, source, start, length, cancellationToken);

    /// <inheritdoc cref="NbdConnection.WriteAsync(long, ReadOnlyMemory{byte}, CancellationToken)"/>
    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        Pick().WriteAsync(offset, source, cancellationToken);

    /// <inheritdoc cref="NbdConnection.WriteZeroesAsync"/>
    public ValueTask WriteZeroesAsync(
        long offset, long length, NbdZeroFlags flags, CancellationToken cancellationToken) =>
        Pick().WriteZeroesAsync(offset, length, flags, cancellationToken);

    /// <inheritdoc cref="NbdConnection.TrimAsync"/>
    public ValueTask TrimAsync(long offset, long length, CancellationToken cancellationToken) =>
        Pick().TrimAsync(offset, length, cancellationToken);

    /// <summary>
    /// Makes everything durable that was written on any of the connections: that is what a server promises that allows
    /// several.
    /// </summary>
    /// <inheritdoc cref="NbdConnection.FlushAsync"/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => Pick().FlushAsync(cancellationToken);

    /// <inheritdoc cref="NbdConnection.GetBlockStatusAsync"/>
    public Task<NbdBlockStatus> GetBlockStatusAsync(
        long offset, long length, CancellationToken cancellationToken) =>
        Pick().GetBlockStatusAsync(offset, length, cancellationToken);

    /// <summary>Closes all connections; requests that are still in flight fail.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (NbdConnection connection in _connections)
            await connection.DisposeAsync().ConfigureAwait(false);
    }

    private static void ThrowIfDifferent(NbdConnection first, NbdConnection other)
    {
        if (other.Export.SizeBytes == first.Export.SizeBytes &&
            other.Export.MetaContexts.SequenceEqual(first.Export.MetaContexts, StringComparer.Ordinal))
            return;
        throw NbdException.Protocol(nameof(ConnectAsync),
            $"{first.Endpoint}: two connections to the export differ in its size or in its kinds of block status.");
    }

    /// <summary>The connection with the fewest requests; in turn where they are even.</summary>
    private NbdConnection Pick()
    {
        int begin = (int)(Interlocked.Increment(ref _turn) % (uint)_connections.Length);
        NbdConnection best = _connections[begin];
        for (int i = 1; i < _connections.Length; i++)
        {
            NbdConnection candidate = _connections[(begin + i) % _connections.Length];
            if (candidate.InFlight < best.InFlight)
                best = candidate;
        }

        return best;
    }
}
