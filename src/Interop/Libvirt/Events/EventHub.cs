namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// One registration with libvirt and the subscriptions that it feeds. libvirt refuses a second registration of the same
/// function for the same event and domain ("event callback already tracked", libvirt 9.0), so they share.
/// </summary>
internal sealed class EventHub<T>(EventKey key) : EventSink
{
    private readonly Lock _gate = new();

    // Replaced, never changed: the event loop reads it without a lock.
    private volatile EventChannel<T>[] _channels = [];

    public EventKey Key => key;

    public bool IsEmpty => _channels.Length == 0;

    public void Add(EventChannel<T> channel)
    {
        lock (_gate)
            _channels = [.. _channels, channel];
    }

    public void Remove(EventChannel<T> channel)
    {
        lock (_gate)
            _channels = [.. _channels.Where(other => other != channel)];
    }

    public void Publish(T item)
    {
        foreach (EventChannel<T> channel in _channels)
            channel.Publish(item);
    }

    public override void Complete(Exception? error)
    {
        foreach (EventChannel<T> channel in _channels)
            channel.Complete(error);
    }
}
