namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// Something that lives on a connection. Disposing gives up our reference and changes nothing on the host; disposing
/// the connection disposes all its objects.
/// </summary>
public abstract class LibvirtObject : IDisposable
{
    private readonly LibvirtHandle _handle;

    private protected LibvirtObject(LibvirtConnection connection, LibvirtHandle handle)
    {
        Connection = connection;
        _handle = handle;
        connection.Track(handle);
    }

    /// <summary>The connection that it lives on.</summary>
    public LibvirtConnection Connection { get; }

    /// <summary>Gives up the reference. Calls that run go on; later calls throw
    /// <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task RunAsync(Action call, CancellationToken cancellationToken) =>
        Connection.RunAsync(call, cancellationToken);

    private protected Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken) =>
        Connection.RunAsync(call, cancellationToken);

    private protected Task<T> RunAsync<T>(Func<T> call, Action<T> discard, CancellationToken cancellationToken) =>
        Connection.RunAsync(call, discard, cancellationToken);
}
