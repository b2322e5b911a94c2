namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// The live handles of a connection, held weakly. Each holds a reference to the connection inside libvirt, so the
/// connection really closes only when all of them are gone.
/// </summary>
internal sealed class HandleSet
{
    private const int FirstSweep = 64;

    private readonly Lock _gate = new();
    private List<WeakReference<LibvirtHandle>> _handles = [];
    private int _nextSweep = FirstSweep;
    private bool _disposed;

    /// <summary>Adds a handle; disposes it at once when the connection was disposed meanwhile.</summary>
    public void Add(LibvirtHandle handle)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                if (_handles.Count >= _nextSweep)
                    Sweep();
                _handles.Add(new WeakReference<LibvirtHandle>(handle));
                return;
            }
        }

        handle.Dispose();
    }

    public void DisposeAll()
    {
        List<WeakReference<LibvirtHandle>> handles;
        lock (_gate)
        {
            _disposed = true;
            handles = _handles;
            _handles = [];
        }

        foreach (WeakReference<LibvirtHandle> reference in handles)
        {
            if (reference.TryGetTarget(out LibvirtHandle? handle))
                handle.Dispose();
        }
    }

    // Doubling keeps the cost per handle constant.
    private void Sweep()
    {
        _handles.RemoveAll(static reference => !reference.TryGetTarget(out LibvirtHandle? handle) || handle.IsClosed);
        _nextSweep = Math.Max(FirstSweep, 2 * _handles.Count);
    }
}
