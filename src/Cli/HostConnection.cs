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
    internal static async Task<LibvirtConnection> ConnectAsync(
        GlobalSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await LibvirtConnection.OpenAsync(settings.ConnectUri, cancellationToken: cancellationToken);
        }
        catch (LibvirtException e)
        {
            var host = settings.ConnectUri is { } uri ? $"libvirt at '{uri}'" : "libvirt on this host";
            throw new BackupException(FailureKind.Failed, $"cannot connect to {host}: {e.Message}; {Advice}", e);
        }
        catch (DllNotFoundException e)
        {
            throw new BackupException(
                FailureKind.NotSupported,
                "libvirt.so.0 is not installed on this machine; install libvirt's client library (Debian: libvirt0)",
                e);
        }
    }

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

    private static string Advice =>
        "check the URI (--connect), that libvirtd or virtqemud runs, and that you may use it";
}
