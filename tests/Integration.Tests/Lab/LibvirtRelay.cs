using System.Buffers.Binary;
using System.Net.Sockets;

namespace LibvirtBackup.Integration.Tests.Lab;

/// <summary>
/// A socket between clients and libvirtd that holds back each call to begin a backup until it is let go: the guest is
/// frozen by then, and stays so for as long as a test wants.
/// </summary>
internal sealed class LibvirtRelay : IAsyncDisposable
{
    private static readonly byte[] s_backupBegin = "<domainbackup"u8.ToArray();

    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _daemon;

    private LibvirtRelay(string daemon) => _daemon = daemon;

    /// <summary>Where clients connect.</summary>
    public required string ConnectionUri { get; init; }

    /// <summary>Ends when a call to begin a backup is held back.</summary>
    public Task Held => _held.Task;

    /// <summary>Listens at a path in a directory.</summary>
    public static LibvirtRelay Start(LabHost host, string directory)
    {
        string path = Path.Combine(directory, "relay.sock");
        string daemon = host.ConnectionUri[(host.ConnectionUri.IndexOf("socket=", StringComparison.Ordinal) + 7)..];
        var relay = new LibvirtRelay(daemon) { ConnectionUri = $"qemu+unix:///system?socket={path}" };
        relay._listener.Bind(new UnixDomainSocketEndPoint(path));
        relay._listener.Listen();
        _ = relay.AcceptAsync();
        return relay;
    }

    /// <summary>Lets the call go on, and all later ones.</summary>
    public void LetGo() => _letGo.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync(_end.Token));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket accepted)
    {
        using var client = new NetworkStream(accepted, ownsSocket: true);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_daemon), _end.Token);
            await using var daemon = new NetworkStream(socket, ownsSocket: false);
            await await Task.WhenAny(ForwardCallsAsync(client, daemon), daemon.CopyToAsync(client, _end.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // Either side went away: so does the other.
        }
    }

    /// <summary>libvirt's messages begin with their length, in four bytes that count themselves.</summary>
    private async Task ForwardCallsAsync(NetworkStream client, NetworkStream daemon)
    {
        using var sending = new SemaphoreSlim(1);
        var length = new byte[4];
        while (true)
        {
            await client.ReadExactlyAsync(length, _end.Token);
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            length.CopyTo(message, 0);
            await client.ReadExactlyAsync(message.AsMemory(4), _end.Token);
            if (message.AsSpan().IndexOf(s_backupBegin) < 0)
                await SendAsync(message);
            else
                _ = SendLaterAsync(message);
        }

        // Calls of one connection do not wait for each other.
        async Task SendLaterAsync(byte[] message)
        {
            _held.TrySetResult();
            await _letGo.Task.WaitAsync(_end.Token);
            await SendAsync(message);
        }

        async Task SendAsync(byte[] message)
        {
            await sending.WaitAsync(_end.Token);
            await daemon.WriteAsync(message, _end.Token);
            sending.Release();
        }
    }
}
