using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace LibvirtBackup.Exports.Hosting;

/// <summary>The other end of <see cref="ExportControl"/>: asks the process of an export.</summary>
/// <param name="controlSocket">Where it takes orders.</param>
internal sealed class ExportPeer(string controlSocket)
{
    /// <summary>How long a process may take for an answer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>How it is, and how many clients it has.</returns>
    internal async Task<(ExportState State, int? Clients)> AskAsync(CancellationToken cancellationToken)
    {
        if (await TryConnectAsync(cancellationToken).ConfigureAwait(false) is not { } stream)
            return (ExportState.Dead, null);
        await using var closing = stream.ConfigureAwait(false);
        try
        {
            var line = await SayAsync(stream, ExportControl.AskClients, cancellationToken)
                .WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
            return int.TryParse(line, CultureInfo.InvariantCulture, out var clients)
                ? (ExportState.Serving, clients)
                : (ExportState.Silent, null);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            return (ExportState.Silent, null);
        }
    }

    /// <summary>Has it stop, and waits until its process has ended.</summary>
    /// <returns>False when nobody listens there any more.</returns>
    /// <exception cref="TimeoutException">It goes on.</exception>
    internal async Task<bool> StopAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        if (await TryConnectAsync(cancellationToken).ConfigureAwait(false) is not { } stream) return false;
        await using var closing = stream.ConfigureAwait(false);
        try
        {
            await SayAsync(stream, ExportControl.Stop, cancellationToken).WaitAsync(most, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It was about to end anyway.
        }

        return true;
    }

    private async Task<NetworkStream?> TryConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(controlSocket), cancellationToken)
                .ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e) when (e.SocketErrorCode
            is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <returns>The answer; null when it hangs up.</returns>
    private static async Task<string?> SayAsync(
        NetworkStream stream, string word, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{word}\n"), cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(stream, leaveOpen: true);
        return await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
    }
}
