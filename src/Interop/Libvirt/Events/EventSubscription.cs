namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// A live registration for one kind of event, read as a stream. It is registered from the moment it is handed out, so
/// nothing that happens after that is missed.
/// </summary>
/// <remarks>
/// <para>The event loop is never blocked. When the buffer is full the stream ends: the buffered events are delivered,
/// then reading throws <see cref="EventsLostException"/>. When the connection breaks, reading throws
/// <see cref="LibvirtConnectionLostException"/> after the buffered events. Disposing the subscription or the connection
/// ends the stream quietly.</para>
/// <para>Several readers share the events; each event goes to one of them.</para>
/// </remarks>
/// <typeparam name="T">The kind of event.</typeparam>
public sealed class EventSubscription<T> : IAsyncEnumerable<T>, IAsyncDisposable
{
    private readonly LibvirtEvents _events;
    private readonly EventHub<T> _hub;
    private readonly EventChannel<T> _channel;
    private int _disposed;

    internal EventSubscription(LibvirtEvents events, EventHub<T> hub, EventChannel<T> channel)
    {
        _events = events;
        _hub = hub;
        _channel = channel;
    }

    /// <inheritdoc/>
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _channel.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Reads events until one satisfies the condition; those before it are consumed.</summary>
    /// <param name="condition">What to wait for.</param>
    /// <param name="cancellationToken">Stops waiting; nothing more is consumed.</param>
    /// <returns>The first event that satisfies the condition.</returns>
    /// <exception cref="EventsLostException">The reader fell behind.</exception>
    /// <exception cref="LibvirtConnectionLostException">The connection broke.</exception>
    /// <exception cref="ObjectDisposedException">The subscription or the connection was disposed.</exception>
    public async Task<T> FirstAsync(Func<T, bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        await foreach (T item in this.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (condition(item))
                return item;
        }

        throw new ObjectDisposedException(nameof(EventSubscription<>));
    }

    /// <summary>Ends the registration in libvirt and the stream. Disposing twice does nothing more.</summary>
    /// <returns>A task that ends when libvirt has taken note; an error of libvirt's changes nothing.</returns>
    public async ValueTask DisposeAsync()
    {
        _channel.Complete(null);
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            await _events.EndAsync(_hub, _channel).ConfigureAwait(false);
    }

    /// <summary>Ends a subscription that nobody got, on a scheduler thread.</summary>
    internal void Discard() => _events.End(_hub, _channel);
}
