namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// A connection to a libvirt driver, usually a daemon. All calls run on threads of the connection; any number may be
/// made at once.
/// </summary>
/// <remarks>
/// Every method that takes a cancellation token has this contract: cancelled before the call starts, libvirt is not
/// asked; cancelled later, the task ends at once and the call goes on in the background with all its effects. Every
/// method throws <see cref="LibvirtException"/> with libvirt's code and text when libvirt refuses, and
/// <see cref="LibvirtNotSupportedException"/> when the library is older than the function.
/// </remarks>
public sealed partial class LibvirtConnection : IAsyncDisposable
{
    // Deregistering frees at once unless a callback of that registration runs just then.
    private static readonly TimeSpan s_freePatience = TimeSpan.FromSeconds(5);

    private readonly LibvirtScheduler _scheduler;
    private readonly HandleSet _handles = new();
    private readonly TaskCompletionSource<VirConnectCloseReason> _closed =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CloseSink _closeSink;
    private int _disposing;

    private LibvirtConnection(LibvirtScheduler scheduler, ConnectHandle handle, bool readOnly)
    {
        _scheduler = scheduler;
        Handle = handle;
        IsReadOnly = readOnly;
        Events = new LibvirtEvents(this);
        _closeSink = new CloseSink(Lost);
        LibvirtEventLoop.Shared.Failed += LoopFailed;
    }

    /// <summary>Events of domains on this connection.</summary>
    public LibvirtEvents Events { get; }

    /// <summary>Whether the connection was opened for reading only.</summary>
    public bool IsReadOnly { get; }

    /// <summary>
    /// Completes with the reason when the connection, or the event loop, breaks, or with
    /// <see cref="VirConnectCloseReason.Client"/> when it is disposed. Drivers without a daemon never break.
    /// </summary>
    public Task<VirConnectCloseReason> Closed => _closed.Task;

    internal ConnectHandle Handle { get; }

    /// <summary>
    /// Opens a connection (<c>virConnectOpenAuth</c>, since 0.4.1), starting the process's event loop before it.
    /// </summary>
    /// <param name="uri">Such as <c>qemu:///system</c>; null or empty lets libvirt choose as virsh does.</param>
    /// <param name="options">How to open; null means the defaults.</param>
    /// <param name="cancellationToken">Gives up; a connection that opens afterwards is closed.</param>
    /// <returns>The connection; dispose it.</returns>
    /// <exception cref="LibvirtException">libvirt could not connect.</exception>
    /// <exception cref="DllNotFoundException">libvirt.so.0 is not installed.</exception>
    public static async Task<LibvirtConnection> OpenAsync(
        string? uri = null, LibvirtConnectionOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new LibvirtConnectionOptions();
        LibvirtScheduler scheduler = new("libvirt calls", options.MaximumConcurrentCalls);
        try
        {
            return await scheduler.RunAsync(
                () => Open(uri, options, scheduler), static connection => connection.CloseNow(), cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            scheduler.Dispose();
            throw;
        }
    }

    /// <summary>Whether the connection still works (<c>virConnectIsAlive</c>, since 0.9.8); asks no daemon.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether it is alive.</returns>
    public Task<bool> IsAliveAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => LibvirtFunctions.virConnectIsAlive(Handle), cancellationToken);

    /// <summary>
    /// Ends all subscriptions, disposes all objects of this connection and closes it. Calls that still run hold the
    /// connection open until they return. Disposing twice waits for the first.
    /// </summary>
    /// <returns>A task that ends when libvirt has closed the connection.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposing, 1) != 0)
        {
            await _disposed.Task.ConfigureAwait(false);
            return;
        }

        try
        {
            IReadOnlyList<Task> freed = await _scheduler.RunAsync(EndCallbacks).ConfigureAwait(false);
            await AwaitFreedAsync(Task.WhenAll(freed)).ConfigureAwait(false);
            await _scheduler.RunAsync(CloseHandles).ConfigureAwait(false);
        }
        finally
        {
            _scheduler.Dispose();
            _disposed.SetResult();
        }
    }

    internal void Track(LibvirtHandle handle) => _handles.Add(handle);

    internal Task RunAsync(Action call, CancellationToken cancellationToken) =>
        _scheduler.RunAsync(call, cancellationToken);

    internal Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken) =>
        _scheduler.RunAsync(call, cancellationToken);

    internal Task<T> RunAsync<T>(Func<T> call, Action<T> discard, CancellationToken cancellationToken) =>
        _scheduler.RunAsync(call, discard, cancellationToken);

    private static async Task AwaitFreedAsync(Task freed)
    {
        try
        {
            await freed.WaitAsync(s_freePatience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The event loop does not run. The registrations die, and the connection closes, when it runs again.
        }
    }

    private static LibvirtConnection Open(string? uri, LibvirtConnectionOptions options, LibvirtScheduler scheduler)
    {
        // Before the first connection, or it gets no events and no keepalive.
        LibvirtEventLoop.Shared.Start();
        ConnectHandle handle = ConnectionOpener.Open(uri, options);
        LibvirtConnection connection = new(scheduler, handle, options.ReadOnly);
        try
        {
            connection.KeepAlive(options);
            connection.RegisterCloseCallback();
            return connection;
        }
        catch
        {
            connection.CloseNow();
            throw;
        }
    }

    private void KeepAlive(LibvirtConnectionOptions options)
    {
        if (options.KeepAliveInterval <= TimeSpan.Zero)
            return;
        try
        {
            int seconds = (int)Math.Ceiling(options.KeepAliveInterval.TotalSeconds);
            LibvirtFunctions.virConnectSetKeepAlive(Handle, seconds, (uint)options.KeepAliveCount);
        }
        catch (LibvirtException refused) when (refused.Code == VirErrorNumber.NoSupport)
        {
            // A driver inside this process: there is nobody who could vanish.
        }
    }

    private void RegisterCloseCallback()
    {
        nint key = CallbackRegistry.Add(_closeSink);
        try
        {
            LibvirtFunctions.virConnectRegisterCloseCallback(
                Handle, EventCallbacks.ClosedAddress, key, CallbackRegistry.FreeAddress);
        }
        catch
        {
            CallbackRegistry.Remove(key);
            throw;
        }

        _closeSink.Registered(() => UnregisterCloseCallback(key));
    }

    private void UnregisterCloseCallback(nint key)
    {
        try
        {
            LibvirtFunctions.virConnectUnregisterCloseCallback(Handle, EventCallbacks.ClosedAddress);
        }
        catch (LibvirtException)
        {
            // The connection broke and libvirt dropped the registration with it.
        }

        // Drivers without a daemon accept the registration, forget it at once and never free it (libvirt 9.0).
        CallbackRegistry.Remove(key);
    }

    private void Lost(VirConnectCloseReason reason)
    {
        if (_closed.TrySetResult(reason))
            Events.Fail(new LibvirtConnectionLostException(reason));
    }

    private void LoopFailed(object? sender, ErrorEventArgs failure)
    {
        if (_closed.TrySetResult(VirConnectCloseReason.Error))
            Events.Fail(new LibvirtConnectionLostException(failure.GetException()));
    }

    // Registrations hold references to the connection inside libvirt, as handles do: all must go before it closes.
    private IReadOnlyList<Task> EndCallbacks()
    {
        _closeSink.Deregister();
        return [_closeSink.Freed, .. Events.EndAll().Select(static sink => sink.Freed)];
    }

    private void CloseHandles()
    {
        LibvirtEventLoop.Shared.Failed -= LoopFailed;
        _handles.DisposeAll();
        Handle.Dispose();
        _closed.TrySetResult(VirConnectCloseReason.Client);
    }

    // For a connection that nobody has seen yet.
    private void CloseNow()
    {
        EndCallbacks();
        CloseHandles();
        _scheduler.Dispose();
    }
}
