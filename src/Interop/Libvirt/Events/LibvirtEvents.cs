using System.Collections.Concurrent;
using LibvirtBackup.Interop.LibvirtQemu;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// The events of a connection. Every method registers at once and hands out a subscription that misses nothing from
/// then on; it must be disposed. See <see cref="EventSubscription{T}"/> for what happens to a reader that falls behind.
/// </summary>
/// <remarks>
/// <para>For all methods: <c>domain</c> null means every domain of the connection; <c>capacity</c> is the number of
/// events that may wait for the reader; cancelling leaves no registration behind.</para>
/// <para>They call <c>virConnectDomainEventRegisterAny</c> (since 0.8.0) and throw <see cref="LibvirtException"/>, with
/// <see cref="VirErrorNumber.NoSupport"/> where the driver has no events.</para>
/// </remarks>
public sealed class LibvirtEvents
{
    /// <summary>How many events may wait for a reader unless the caller says otherwise: 1024.</summary>
    public const int DefaultCapacity = 1024;

    private readonly LibvirtConnection _connection;

    // Held across calls of libvirt, so only threads of the scheduler take it, never the event loop.
    private readonly Lock _registering = new();
    private readonly ConcurrentDictionary<EventKey, EventSink> _hubs = new();
    private volatile Exception? _failure;
    private volatile bool _ended;

    internal LibvirtEvents(LibvirtConnection connection) => _connection = connection;

    /// <summary>Domains that are defined, started, suspended, stopped and so on.</summary>
    /// <param name="domain">The domain, or null for all.</param>
    /// <param name="capacity">How many events may wait for the reader.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    /// <returns>The subscription.</returns>
    public Task<EventSubscription<DomainLifecycleEvent>> LifecycleAsync(
        LibvirtDomain? domain = null, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        DomainAsync<DomainLifecycleEvent>(
            VirDomainEventID.Lifecycle,
            EventCallbacks.LifecycleAddress,
            domain,
            capacity,
            cancellationToken);

    /// <summary>Block jobs of disks that complete, fail, are cancelled or become ready.</summary>
    /// <param name="domain">The domain, or null for all.</param>
    /// <param name="capacity">How many events may wait for the reader.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    /// <returns>The subscription.</returns>
    public Task<EventSubscription<DomainBlockJobEvent>> BlockJobsAsync(
        LibvirtDomain? domain = null, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        DomainAsync<DomainBlockJobEvent>(
            VirDomainEventID.BlockJob2,
            EventCallbacks.BlockJobAddress,
            domain,
            capacity,
            cancellationToken);

    /// <summary>Domain jobs, such as backups, that end.</summary>
    /// <param name="domain">The domain, or null for all.</param>
    /// <param name="capacity">How many events may wait for the reader.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    /// <returns>The subscription.</returns>
    public Task<EventSubscription<DomainJobCompletedEvent>> JobsCompletedAsync(
        LibvirtDomain? domain = null, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        DomainAsync<DomainJobCompletedEvent>(
            VirDomainEventID.JobCompleted,
            EventCallbacks.JobCompletedAddress,
            domain,
            capacity,
            cancellationToken);

    /// <summary>Storage written beyond a threshold set by <see cref="LibvirtDomain.SetBlockThresholdAsync"/>.</summary>
    /// <param name="domain">The domain, or null for all.</param>
    /// <param name="capacity">How many events may wait for the reader.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    /// <returns>The subscription.</returns>
    public Task<EventSubscription<DomainBlockThresholdEvent>> BlockThresholdsAsync(
        LibvirtDomain? domain = null, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        DomainAsync<DomainBlockThresholdEvent>(
            VirDomainEventID.BlockThreshold,
            EventCallbacks.BlockThresholdAddress,
            domain,
            capacity,
            cancellationToken);

    /// <summary>Devices added to running domains.</summary>
    /// <param name="domain">The domain, or null for all.</param>
    /// <param name="capacity">How many events may wait for the reader.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    /// <returns>The subscription.</returns>
    public Task<EventSubscription<DomainDeviceAddedEvent>> DevicesAddedAsync(
        LibvirtDomain? domain = null, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        DomainAsync<DomainDeviceAddedEvent>(
            VirDomainEventID.DeviceAdded,
            EventCallbacks.DeviceAddedAddress,
            domain,
            capacity,
            cancellationToken);

    /// <summary>Devices that left running domains.</summary>
    /// <param name="domain">The domain, or null for all.</param>
    /// <param name="capacity">How many events may wait for the reader.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    /// <returns>The subscription.</returns>
    public Task<EventSubscription<DomainDeviceRemovedEvent>> DevicesRemovedAsync(
        LibvirtDomain? domain = null, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        DomainAsync<DomainDeviceRemovedEvent>(
            VirDomainEventID.DeviceRemoved,
            EventCallbacks.DeviceRemovedAddress,
            domain,
            capacity,
            cancellationToken);

    /// <summary>Guest agents that connect and go away.</summary>
    /// <param name="domain">The domain, or null for all.</param>
    /// <param name="capacity">How many events may wait for the reader.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    /// <returns>The subscription.</returns>
    public Task<EventSubscription<DomainAgentLifecycleEvent>> AgentLifecycleAsync(
        LibvirtDomain? domain = null, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        DomainAsync<DomainAgentLifecycleEvent>(
            VirDomainEventID.AgentLifecycle,
            EventCallbacks.AgentLifecycleAddress,
            domain,
            capacity,
            cancellationToken);

    /// <summary>Disk requests that fail on the host, with the reason.</summary>
    /// <remarks>
    /// A daemon of libvirt 9.0 never delivers the event of a network disk whose source has no name; 11.3 does.
    /// </remarks>
    /// <param name="domain">The domain, or null for all.</param>
    /// <param name="capacity">How many events may wait for the reader.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    /// <returns>The subscription.</returns>
    public Task<EventSubscription<DomainIoErrorEvent>> IoErrorsAsync(
        LibvirtDomain? domain = null, int capacity = DefaultCapacity, CancellationToken cancellationToken = default) =>
        DomainAsync<DomainIoErrorEvent>(
            VirDomainEventID.IoErrorReason,
            EventCallbacks.IoErrorAddress,
            domain,
            capacity,
            cancellationToken);

    /// <summary>
    /// Events of QEMU's monitor (<c>virConnectDomainQemuMonitorEventRegister</c>, since 1.2.3). Marks no domain as
    /// tainted, but what arrives depends on QEMU's version.
    /// </summary>
    /// <param name="pattern">The event's name, or null for all; see the flags for patterns.</param>
    /// <param name="flags">Whether the pattern is a regular expression and whether case matters.</param>
    /// <param name="domain">The domain, or null for all.</param>
    /// <param name="capacity">How many events may wait for the reader.</param>
    /// <param name="cancellationToken">Gives up; nothing stays registered.</param>
    /// <returns>The subscription.</returns>
    public Task<EventSubscription<QemuMonitorEvent>> QemuMonitorAsync(
        string? pattern = null,
        VirConnectDomainQemuMonitorEventRegisterFlags flags = VirConnectDomainQemuMonitorEventRegisterFlags.None,
        LibvirtDomain? domain = null,
        int capacity = DefaultCapacity,
        CancellationToken cancellationToken = default) =>
        SubscribeAsync<QemuMonitorEvent>(
            new EventKey(null, domain?.Uuid, pattern, flags),
            capacity,
            key => LibvirtQemuFunctions.virConnectDomainQemuMonitorEventRegister(
                _connection.Handle,
                domain?.Handle,
                pattern,
                EventCallbacks.QemuMonitorAddress,
                key,
                CallbackRegistry.FreeAddress,
                flags),
            id => LibvirtQemuFunctions.virConnectDomainQemuMonitorEventDeregister(_connection.Handle, id),
            cancellationToken);

    /// <summary>Ends one subscription unless the connection has ended it already.</summary>
    internal async Task EndAsync<T>(EventHub<T> hub, EventChannel<T> channel)
    {
        if (_ended)
            return;
        try
        {
            await _connection.RunAsync(() => End(hub, channel), CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The connection was disposed in between, which ended all subscriptions.
        }
    }

    /// <summary>The same on the current thread, which belongs to the scheduler.</summary>
    internal void End<T>(EventHub<T> hub, EventChannel<T> channel)
    {
        lock (_registering)
        {
            hub.Remove(channel);
            if (hub.IsEmpty && _hubs.TryRemove(KeyValuePair.Create<EventKey, EventSink>(hub.Key, hub)))
                Deregister(hub);
        }
    }

    /// <summary>Ends the streams of all subscriptions with an error; they stay registered until disposed.</summary>
    internal void Fail(Exception error)
    {
        _failure = error;
        foreach (EventSink hub in _hubs.Values)
            hub.Complete(error);
    }

    /// <summary>Ends all subscriptions, on a scheduler thread, and returns what libvirt has to free.</summary>
    internal IReadOnlyList<EventSink> EndAll()
    {
        lock (_registering)
        {
            _ended = true;
            EventSink[] hubs = [.. _hubs.Values];
            _hubs.Clear();
            foreach (EventSink hub in hubs)
            {
                hub.Complete(null);
                Deregister(hub);
            }

            return hubs;
        }
    }

    private static void Deregister(EventSink hub)
    {
        try
        {
            hub.Deregister();
        }
        catch (LibvirtException)
        {
            // The daemon is gone. libvirt drops the local registration before it asks the daemon.
        }
    }

    private Task<EventSubscription<T>> DomainAsync<T>(
        VirDomainEventID id, nint callback, LibvirtDomain? domain, int capacity, CancellationToken cancellationToken) =>
        SubscribeAsync<T>(
            new EventKey(id, domain?.Uuid),
            capacity,
            key => LibvirtFunctions.virConnectDomainEventRegisterAny(
                _connection.Handle, domain?.Handle, id, callback, key, CallbackRegistry.FreeAddress),
            registration => LibvirtFunctions.virConnectDomainEventDeregisterAny(_connection.Handle, registration),
            cancellationToken);

    private Task<EventSubscription<T>> SubscribeAsync<T>(
        EventKey key,
        int capacity,
        Func<nint, int> register,
        Action<int> deregister,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return _connection.RunAsync(
            () => Subscribe<T>(key, capacity, register, deregister),
            static subscription => subscription.Discard(),
            cancellationToken);
    }

    private EventSubscription<T> Subscribe<T>(
        EventKey key, int capacity, Func<nint, int> register, Action<int> deregister)
    {
        EventChannel<T> channel = new(capacity);
        lock (_registering)
        {
            ObjectDisposedException.ThrowIf(_ended, _connection);
            EventHub<T> hub = _hubs.GetValueOrDefault(key) as EventHub<T> ?? new EventHub<T>(key);

            // Before the registration, or its first event would find nobody.
            hub.Add(channel);
            if (_hubs.TryAdd(key, hub))
                Register(hub, register, deregister);

            // The connection may have broken since; Fail did not see this channel then.
            if (_failure is { } failure)
                channel.Complete(failure);
            return new EventSubscription<T>(this, hub, channel);
        }
    }

    private void Register<T>(EventHub<T> hub, Func<nint, int> register, Action<int> deregister)
    {
        nint opaque = CallbackRegistry.Add(hub);
        try
        {
            int id = register(opaque);
            hub.Registered(() => deregister(id));
        }
        catch
        {
            _hubs.TryRemove(hub.Key, out _);
            CallbackRegistry.Remove(opaque);
            throw;
        }
    }
}
