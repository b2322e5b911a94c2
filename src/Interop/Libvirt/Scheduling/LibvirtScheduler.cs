namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// Runs blocking libvirt calls on a few named background threads of its own, so that a daemon that does not answer
/// never starves the thread pool. Threads start when work waits and end after <see cref="IdleTimeout"/> without any.
/// </summary>
/// <remarks>
/// <para>Cancelling a call that has not started removes it: libvirt is not called. libvirt has no way to interrupt a
/// call that has started, so cancelling then only abandons it: the task ends as cancelled at once, the call goes on
/// in the background with all its effects, its exception is dropped, and a disposable result is disposed.</para>
/// <para>Calls start in the order in which they were queued; up to <see cref="MaximumThreads"/> run at once.</para>
/// </remarks>
public sealed class LibvirtScheduler : IDisposable
{
    /// <summary>
    /// Default number of threads, 5: libvirtd's default <c>max_client_requests</c>, the number of calls it serves at
    /// once for one connection. More threads would only wait in the daemon's queue.
    /// </summary>
    public const int DefaultMaximumThreads = 5;

    /// <summary>How long a thread stays without work before it ends.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(10);

    private readonly object _gate = new();
    private readonly LinkedList<ScheduledWork> _queue = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _name;
    private int _threads;
    private int _idle;
    private int _started;
    private bool _disposed;

    /// <summary>Makes a scheduler without starting a thread.</summary>
    /// <param name="name">Prefix of the thread names.</param>
    /// <param name="maximumThreads">The most calls that run at once, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximumThreads"/> is less than 1.</exception>
    public LibvirtScheduler(string name, int maximumThreads = DefaultMaximumThreads)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumThreads, 1);
        _name = name;
        MaximumThreads = maximumThreads;
    }

    /// <summary>The most calls that run at once.</summary>
    public int MaximumThreads { get; }

    /// <summary>The number of threads that exist now.</summary>
    public int ThreadCount
    {
        get { lock (_gate) return _threads; }
    }

    /// <summary>The number of calls that wait for a thread.</summary>
    public int QueuedCount
    {
        get { lock (_gate) return _queue.Count; }
    }

    /// <summary>Completes when the scheduler is disposed, its queue is empty and its last thread has ended.</summary>
    public Task Completion => _drained.Task;

    /// <summary>Runs a call without a result; see the remarks of the class for what cancelling leaves behind.</summary>
    /// <param name="call">The blocking call.</param>
    /// <param name="cancellationToken">Removes the call before it starts, abandons it afterwards.</param>
    /// <returns>A task that ends as the call does.</returns>
    /// <exception cref="ObjectDisposedException">The scheduler is disposed.</exception>
    public Task RunAsync(Action call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        return RunAsync(() => { call(); return true; }, static _ => { }, cancellationToken);
    }

    /// <summary>
    /// Runs a call; a result that nobody awaits any more is disposed if it, or what it lists, is disposable.
    /// </summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="call">The blocking call.</param>
    /// <param name="cancellationToken">Removes the call before it starts, abandons it afterwards.</param>
    /// <returns>A task with the result of the call.</returns>
    /// <exception cref="ObjectDisposedException">The scheduler is disposed.</exception>
    public Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken = default) =>
        RunAsync(call, Discard, cancellationToken);

    /// <summary>Runs a call and says what becomes of a result that nobody awaits any more.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="call">The blocking call.</param>
    /// <param name="discard">Gets the result of an abandoned call, on the scheduler's thread; must not throw.</param>
    /// <param name="cancellationToken">Removes the call before it starts, abandons it afterwards.</param>
    /// <returns>A task with the result of the call.</returns>
    /// <exception cref="ObjectDisposedException">The scheduler is disposed.</exception>
    public Task<T> RunAsync<T>(Func<T> call, Action<T> discard, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(discard);
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);

        ScheduledCall<T> work = new(call, discard);
        Enqueue(work);
        return cancellationToken.CanBeCanceled ? AwaitAsync(work, cancellationToken) : work.Task;
    }

    /// <summary>
    /// Takes no more work. What is queued still runs, and the threads end after it: see <see cref="Completion"/>.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
            if (_threads == 0)
                _drained.TrySetResult();
        }
    }

    private static void Discard<T>(T result)
    {
        if (result is IDisposable disposable)
            disposable.Dispose();
        foreach (IDisposable item in result as IEnumerable<IDisposable> ?? [])
            item.Dispose();
    }

    private async Task<T> AwaitAsync<T>(ScheduledCall<T> work, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (scheduler, cancelled) = ((LibvirtScheduler, ScheduledCall<T>))state!; // Set two lines below.
                scheduler.Remove(cancelled);
                cancelled.Cancel(token);
            },
            (this, work));
        return await work.Task.ConfigureAwait(false);
    }

    private void Enqueue(ScheduledWork work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _queue.AddLast(work.Node);
            if (_queue.Count > _idle && _threads < MaximumThreads)
                StartThread();
            else
                Monitor.Pulse(_gate);
        }
    }

    private void Remove(ScheduledWork work)
    {
        lock (_gate)
        {
            if (work.Node.List is not null)
                _queue.Remove(work.Node);
        }
    }

    private void StartThread()
    {
        _threads++;
        Thread thread = new(Work) { IsBackground = true, Name = $"{_name} {++_started}" };
        thread.UnsafeStart();
    }

    private void Work()
    {
        while (Take() is { } work)
            work.Execute();
    }

    private ScheduledWork? Take()
    {
        lock (_gate)
        {
            while (_queue.First is null)
            {
                bool pulsed = false;
                if (!_disposed)
                {
                    _idle++;
                    pulsed = Monitor.Wait(_gate, IdleTimeout);
                    _idle--;
                }

                // A pulse may have been for work that another thread took: then wait again.
                if (_queue.First is null && (_disposed || !pulsed))
                    return EndThread();
            }

            ScheduledWork work = _queue.First.Value;
            _queue.RemoveFirst();
            return work;
        }
    }

    private ScheduledWork? EndThread()
    {
        _threads--;
        if (_disposed && _threads == 0)
            _drained.TrySetResult();
        return null;
    }
}
