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
    private readonly Lock _gate = new();
    private readonly HashSet<EventSink> _sinks = [];

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

    /// <summary>Ends one subscription unless it, or the connection, has ended already.</summary>
    internal Task EndAsync(EventSink sink) =>
        Forget(sink) ? _connection.RunAsync(() => Deregister(sink), CancellationToken.None) : Task.CompletedTask;

    /// <summary>The same on the current thread, which belongs to the scheduler.</summary>
    internal void EndNow(EventSink sink)
    {
        if (Forget(sink))
            Deregister(sink);
    }

    /// <summary>Ends the streams of all subscriptions with an error; they stay registered until disposed.</summary>
    internal void Fail(Exception error)
    {
        lock (_gate)
        {
            foreach (EventSink sink in _sinks)
                sink.Complete(error);
        }
    }

    /// <summary>Ends all subscriptions, on a scheduler thread, and returns their sinks.</summary>
    internal IReadOnlyList<EventSink> EndAll()
    {
        EventSink[] sinks;
        lock (_gate)
        {
            sinks = [.. _sinks];
            _sinks.Clear();
        }

        foreach (EventSink sink in sinks)
        {
            sink.Complete(null);
            Deregister(sink);
        }

        return sinks;
    }

    private bool Forget(EventSink sink)
    {
        lock (_gate)
            return _sinks.Remove(sink);
    }

    private static void Deregister(EventSink sink)
    {
        try
        {
            sink.Deregister();
        }
        catch (LibvirtException)
        {
            // The daemon is gone. libvirt drops the local registration before it asks the daemon.
        }
    }

    private Task<EventSubscription<T>> DomainAsync<T>(
        VirDomainEventID id, nint callback, LibvirtDomain? domain, int capacity, CancellationToken cancellationToken) =>
        SubscribeAsync<T>(
            capacity,
            key => LibvirtFunctions.virConnectDomainEventRegisterAny(
                _connection.Handle, domain?.Handle, id, callback, key, CallbackRegistry.FreeAddress),
            registration => LibvirtFunctions.virConnectDomainEventDeregisterAny(_connection.Handle, registration),
            cancellationToken);

    private Task<EventSubscription<T>> SubscribeAsync<T>(
        int capacity, Func<nint, int> register, Action<int> deregister, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return _connection.RunAsync(
            () =>
            {
                ChannelSink<T> sink = new(capacity);
                nint key = CallbackRegistry.Add(sink);
                try
                {
                    int id = register(key);
                    sink.Registered(() => deregister(id));
                }
                catch
                {
                    CallbackRegistry.Remove(key);
                    throw;
                }

                lock (_gate)
                    _sinks.Add(sink);
                return new EventSubscription<T>(_connection, sink);
            },
            subscription => subscription.Discard(),
            cancellationToken);
    }
}
