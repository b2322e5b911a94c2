using System.Globalization;
using System.Net.Sockets;

namespace LibvirtBackup.Exports.Hosting;

/// <summary>
/// Where the process of an export takes orders: one line each, on a unix socket that only its user can reach. A
/// question is answered with one line; who has it stop hears nothing more until the process has ended, which hangs up.
/// </summary>
internal sealed class ExportControl : IAsyncDisposable
{
    internal const string AskClients = "clients";
    internal const string Stop = "stop";

    /// <summary>Connections that end with the process.</summary>
    private static readonly List<Socket> s_waiting = [];

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<int> _clients;
    private readonly Task _running;

    /// <param name="path">The socket, which does not exist.</param>
    /// <param name="clients">Counts the clients.</param>
    /// <exception cref="SocketException">It cannot listen there.</exception>
    internal ExportControl(string path, Func<int> clients)
    {
        _clients = clients;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _running = Task.Run(AcceptAsync);
    }

    /// <summary>Ends when somebody wants the export to stop.</summary>
    internal Task Stopped => _stopped.Task;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var socket = await _listener.AcceptAsync(_ending.Token).ConfigureAwait(false);
            try
            {
                if (!await AnswerAsync(socket).ConfigureAwait(false)) socket.Dispose();
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                socket.Dispose();
            }
        }
    }

    /// <returns>True when the connection is to stay until the process ends.</returns>
    private async Task<bool> AnswerAsync(Socket socket)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        var stream = new NetworkStream(socket, ownsSocket: false);
        await using var closing = stream.ConfigureAwait(false);
        using var reader = new StreamReader(stream, leaveOpen: true);
        switch (await reader.ReadLineAsync(limit.Token).AsTask().WaitAsync(ExportPeer.Patience, limit.Token)
            .ConfigureAwait(false))
        {
            case AskClients:
                await stream.WriteAsync(
                    System.Text.Encoding.ASCII.GetBytes($"{_clients().ToString(CultureInfo.InvariantCulture)}\n"),
                    limit.Token).ConfigureAwait(false);
                return false;
            case Stop:
                s_waiting.Add(socket); // by the one task that accepts
                _stopped.TrySetResult();
                return true;
            default:
                return false;
        }
    }
}
