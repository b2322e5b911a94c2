using LibvirtBackup.Hosts;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Cli;

/// <summary>The connection to libvirt, opened when a command first needs it and closed with the command.</summary>
internal sealed class HostConnection(GlobalSettings settings, TimeProvider time) : IAsyncDisposable
{
    // A daemon that hangs must not keep an interrupted program; the kernel closes the socket in any case.
    private static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(5);

    private LibvirtConnection? _connection;

    /// <summary>The connection.</summary>
    /// <exception cref="BackupException">libvirt could not be reached.</exception>
    internal async Task<LibvirtConnection> OpenAsync(CancellationToken cancellationToken) =>
        _connection ??= await ConnectAsync(settings, cancellationToken);

    /// <summary>Opens a connection that the caller closes.</summary>
    /// <exception cref="BackupException">libvirt could not be reached.</exception>
    internal static Task<LibvirtConnection> ConnectAsync(
        GlobalSettings settings, CancellationToken cancellationToken) =>
        HostConnector.OpenAsync(settings.ConnectUri, "the URI (--connect)", cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is null)
            return;
        try
        {
            await _connection.DisposeAsync().AsTask().WaitAsync(s_closePatience, time);
        }
        catch (TimeoutException)
        {
            // See above.
        }
    }
}
