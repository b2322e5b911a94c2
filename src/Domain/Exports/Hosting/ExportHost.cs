using System.Net.Sockets;
using System.Text.Json;
using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Exports.Hosting;

/// <summary>
/// Serves one export until it is stopped, idle for too long, or its process is told to end. It runs in a process of its
/// own, which <see cref="BackgroundExports"/> starts.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ExportHost(TimeProvider time)
{
    /// <summary>Reads the order that a process is started with.</summary>
    /// <param name="line">One line.</param>
    /// <exception cref="BackupException">It is none.</exception>
    public static ExportOrder ReadOrder(string? line)
    {
        try
        {
            return JsonSerializer.Deserialize(line ?? "null", HostingJson.Default.ExportOrder)
                ?? throw new JsonException("there is none");
        }
        catch (JsonException e)
        {
            throw new BackupException(
                FailureKind.Usage, $"this process got no order ({e.Message}); only 'export-start' starts it", e);
        }
    }

    /// <summary>Serves.</summary>
    /// <param name="stateDirectory">Where exports are kept.</param>
    /// <param name="order">What is served.</param>
    /// <param name="serve">Begins to serve what the order says.</param>
    /// <param name="output">The process's standard output: tells when clients can connect.</param>
    /// <param name="cancellationToken">Ends it, with all of its clients.</param>
    /// <exception cref="BackupException">It cannot begin, or another export has the name.</exception>
    public async Task RunAsync(
        string stateDirectory, ExportOrder order, Func<CancellationToken, Task<NbdServer>> serve, TextWriter output,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serve);
        ArgumentNullException.ThrowIfNull(stateDirectory);
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(output);
        var directory = new ExportDirectory(stateDirectory, order.Name);
        using var held = directory.Open();
        try
        {
            // Whose lock this was lives no more.
            File.Delete(directory.ControlSocket);
            var server = await serve(cancellationToken).ConfigureAwait(false);
            await using var closing = server.ConfigureAwait(false);
            var control = new ExportControl(directory.ControlSocket, () => server.Clients);
            await using var ending = control.ConfigureAwait(false);
            directory.Write(new ExportRecord(
                order, ProcessIdentity.Current, time.GetUtcNow(), server.Uris, server.Warnings));
            await output.WriteLineAsync(BackgroundProcess.Ready).ConfigureAwait(false);
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            var first = await Task.WhenAny(server.Completion, control.Stopped).WaitAsync(cancellationToken)
                .ConfigureAwait(false);
            await first.ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"export '{order.Name}' cannot take orders at '{directory.ControlSocket}': {e.Message}; choose a "
                + "shorter --state-dir or --name",
                e);
        }
        finally
        {
            directory.Clear(held);
        }
    }
}
