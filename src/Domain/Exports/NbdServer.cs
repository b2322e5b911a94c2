using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using LibvirtBackup.Exports.Protocol;

namespace LibvirtBackup.Exports;

/// <summary>
/// Serves disks to NBD clients: qemu-img, nbdcopy, the kernel's nbd-client. Nothing can be written through it. A client
/// that breaks the protocol loses its connection, and nobody else notices.
/// </summary>
internal sealed class NbdServer : IAsyncDisposable
{
    /// <summary>Connections that have no place yet: who comes and says nothing keeps nobody else from one.</summary>
    private const int MostNewcomers = 64;

    /// <summary><c>TCP_USER_TIMEOUT</c>, in milliseconds.</summary>
    private const int TcpUserTimeout = 18;

    private readonly Socket _listener;
    private readonly SocketFile? _file;
    private readonly IReadOnlyList<IExport> _exports;
    private readonly NbdServerOptions _options;
    private readonly NbdTls? _tls;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _connections;
    private readonly NbdPlaces _places;
    private readonly Task _running;
    private readonly ConcurrentDictionary<Task, bool> _clients = new();
    private long _lastGone;

    private NbdServer(
        Socket listener, SocketFile? file, IReadOnlyList<IExport> exports, NbdServerOptions options, NbdTls? tls,
        TimeProvider time)
    {
        (_listener, _file, _exports, _options, _tls, _time) = (listener, file, exports, options, tls, time);
        _connections = new SemaphoreSlim(options.MostClients + MostNewcomers);
        _places = new NbdPlaces(options.MostClients, options.HandshakeTimeout / 2, time);
        _lastGone = time.GetTimestamp();
        _running = Task.Run(AcceptAsync);
    }

    /// <summary>Where clients reach it.</summary>
    public EndPoint Address => _listener.LocalEndPoint!; // it is bound

    /// <summary>What is served, as URIs that clients take (<c>nbd+unix:///vda?socket=/run/vm.nbd</c>).</summary>
    public IReadOnlyList<string> Uris =>
        [.. _exports.Select(export => NbdUri.Of(Address, export.Name, _tls is not null))];

    /// <summary>How many clients use an export.</summary>
    public int Clients => _places.Taken;

    /// <summary>What has to be known though it serves, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>Kept as long as the server runs; null for nothing.</summary>
    internal IAsyncDisposable? Held { get; init; }

    /// <summary>Ends when the server does; faulted when it cannot go on.</summary>
    public Task Completion => _running;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="BackupException">The address cannot be used.</exception>
    internal static NbdServer Start(
        IReadOnlyList<IExport> exports, NbdServerOptions options, TimeProvider time, IAsyncDisposable? held,
        IReadOnlyList<string> warnings)
    {
        var tls = options.TlsDirectory is null ? null : NbdTls.Load(options.TlsDirectory);
        var listener = new Socket(options.Address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        SocketFile? file = null;
        try
        {
            file = options.Address is UnixDomainSocketEndPoint unix ? SocketFile.Take($"{unix}") : null;
            listener.Bind(options.Address);
            listener.Listen();
            return new NbdServer(listener, file, exports, options, tls, time) { Held = held, Warnings = warnings };
        }
        catch (Exception e)
        {
            listener.Dispose();
            tls?.Dispose();
            file?.Leave();
            if (e is SocketException or IOException or UnauthorizedAccessException)
                throw new BackupException(FailureKind.Failed, Explain(options.Address, e), e);
            throw;
        }
    }

    private static string Explain(EndPoint address, Exception e) =>
        $"cannot listen on '{address}': {e.Message}; " + (
            e is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
            && address is UnixDomainSocketEndPoint
                ? "if no program has it (see 'ss -xl'), one that was killed has left the file: remove it; else choose "
                    + "another path"
                : "choose another address");

    /// <summary>Ends the server and the connections of its clients.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_clients.Keys).ConfigureAwait(false);
        _listener.Dispose();
        _file?.Dispose();
        _connections.Dispose();
        _places.Dispose();
        _stopping.Dispose();
        _tls?.Dispose();
        if (Held is not null) await Held.DisposeAsync().ConfigureAwait(false);
    }

    private async Task AcceptAsync()
    {
        // When this is disposed, nothing is left of it that could end a server that is no more.
        var most = _options.IdleTimeout ?? Timeout.InfiniteTimeSpan;
        var idle = _time.CreateTimer(
            _ => EndWhenIdle(most), null, most, _options.IdleTimeout / 4 ?? Timeout.InfiniteTimeSpan);
        await using var closing = idle.ConfigureAwait(false);
        while (!_stopping.IsCancellationRequested)
        {
            await _connections.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested) return;
            if (await TryAcceptAsync().ConfigureAwait(false) is { } socket)
                Keep(ServeAsync(socket));
            else
                _connections.Release();
        }
    }

    /// <returns>A client, or null when it is gone already, or the server is to end.</returns>
    private async Task<Socket?> TryAcceptAsync()
    {
        try
        {
            return await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionAborted)
        {
            return null;
        }
    }

    /// <summary>Remembers a client until it is gone.</summary>
    private void Keep(Task client)
    {
        _clients.TryAdd(client, true);
        _ = client.ContinueWith(
            gone => _clients.TryRemove(gone, out _), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            Tune(socket);
            var stream = new NetworkStream(socket, ownsSocket: true);
            await using var closing = stream.ConfigureAwait(false);
            await ServeAsync(stream).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or NbdProtocolException or OperationCanceledException
            or SocketException or BackupException or AuthenticationException)
        {
            // The client is gone, or is none; or the repository could not be read, which it sees.
        }
        finally
        {
            Volatile.Write(ref _lastGone, _time.GetTimestamp());
            _connections.Release();
        }
    }

    private async Task ServeAsync(Stream stream)
    {
        var handshake = new NbdHandshake(
            stream, _exports, _tls is null ? null : _tls.SecureAsync, _places.TryTakeAsync);
        try
        {
            await ServeAsync(handshake).ConfigureAwait(false);
        }
        finally
        {
            if (handshake.HasPlace) _places.GiveBack();
        }
    }

    private async Task ServeAsync(NbdHandshake handshake)
    {
        NegotiatedExport? agreed;
        using (var limit = new CancellationTokenSource(_options.HandshakeTimeout, _time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token))
            agreed = await handshake.RunAsync(either.Token).ConfigureAwait(false);
        var secured = handshake.Stream;
        await using var closing = secured.ConfigureAwait(false);
        if (agreed is null) return;
        using var transmission = new NbdTransmission(secured, agreed);
        await transmission.RunAsync(_stopping.Token).ConfigureAwait(false);
    }

    private static void Tune(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.Unix)
        {
            // Whole answers fit; the kernel allows less where it is told to.
            socket.SendBufferSize = Units.MiB;
            return;
        }

        socket.NoDelay = true;
        // A host that is gone without a word does not keep its place: it is asked after a minute of silence, and given
        // up two minutes after it was heard of, also where it has not taken all answers.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 6);
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, BitConverter.GetBytes(120_000));
    }

    private void EndWhenIdle(TimeSpan most)
    {
        if (_clients.IsEmpty && _time.GetElapsedTime(Volatile.Read(ref _lastGone)) >= most)
            _stopping.Cancel();
    }
}
