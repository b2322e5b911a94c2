namespace LibvirtBackup.Interop.Libvirt;

/// <summary>The managed side of one callback registration.</summary>
internal abstract class EventSink
{
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action? _deregister;

    /// <summary>Completes when libvirt has given up the registration and will call no more.</summary>
    public Task Freed => _freed.Task;

    /// <summary>Ends the streams of events: quietly with null, else by throwing to the reader.</summary>
    public abstract void Complete(Exception? error);

    /// <summary>Remembers how to end the registration.</summary>
    public void Registered(Action deregister) => Volatile.Write(ref _deregister, deregister);

    /// <summary>Ends the registration at most once; blocks, so it belongs on a scheduler thread.</summary>
    public void Deregister() => Interlocked.Exchange(ref _deregister, null)?.Invoke();

    /// <summary>libvirt called the free callback.</summary>
    public void MarkFreed()
    {
        Complete(null);
        _freed.TrySetResult();
    }
}
