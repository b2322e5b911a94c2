using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// The thread of one connection: it alone uses the struct nbd_handle. It connects, issues what is queued, drives
/// libnbd's state machine by poll(2), completes what is done, and on its way out completes everything else, so that no
/// waiter hangs.
/// </summary>
#pragma warning disable CA1001 // the thread frees the queue when it ends; nobody else can know when that is
internal sealed unsafe class NbdIoLoop(NbdEndpoint endpoint, NbdConnectionOptions options)
#pragma warning restore CA1001
{
    private readonly NbdCommandQueue _queue = new();
    private readonly Dictionary<long, NbdCommand> _inFlight = new(capacity: 64);
    private readonly TaskCompletionSource<NbdExportInfo> _connected = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NbdException? _failure;
    private nint _handle;
    private int _pending;

    /// <summary>Completes when the export is ready for requests; fails or is cancelled otherwise.</summary>
    public Task<NbdExportInfo> Connected => _connected.Task;

    /// <summary>Completes, never fails, when the thread is through and nothing touches any buffer any more.</summary>
    public Task Stopped => _stopped.Task;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"nbd {endpoint}" }.Start();

    /// <summary>Asks the thread to end; requests in flight fail.</summary>
    public void Stop() => _queue.Stop();

    /// <summary>How many commands are queued or in flight.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>
    /// Takes a command over; false when the connection is closed, and the command is still the caller's.
    /// </summary>
    public bool TryEnqueue(NbdCommand command)
    {
        Interlocked.Increment(ref _pending); // before the thread can complete it
        if (_queue.TryEnqueue(command))
            return true;
        Interlocked.Decrement(ref _pending);
        return false;
    }

    /// <summary>Why a command is not taken or not completed any more.</summary>
    public NbdException ClosedError(string function)
    {
        NbdException? cause = Volatile.Read(ref _failure);
        return cause is null
            ? new NbdException(Errno.Shutdown, function, $"{endpoint}: the connection was closed by this program")
            {
                IsConnectionLost = true,
            }
            : new NbdException(cause.Errno, function, $"{endpoint}: the connection is lost: {cause.Message}", cause)
            {
                IsConnectionLost = true,
            };
    }

    private void Run()
    {
        try
        {
            using var owner = new NbdHandle();
            _handle = owner.DangerousGetHandle(); // `owner` outlives every use: this thread alone uses it
            try
            {
                if (TryConnect())
                    Serve();
            }
            finally
            {
                // Closing the handle waits for a program that libnbd started. One that served us ends by itself, but
                // one that never answered may never end. Without a program this fails and does nothing.
                if (!_connected.Task.IsCompletedSuccessfully)
                    _ = NbdNative.nbd_kill_subprocess(_handle, LibC.SignalTerminate);
            }
        }
        catch (NbdException e)
        {
            Volatile.Write(ref _failure, e);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // The loader's text lists every place it looked in, over many lines: it is in the inner exception.
            Volatile.Write(ref _failure, new NbdException(0, "dlopen",
                $"{NbdNative.Library} cannot be loaded: install libnbd 1.14 or newer, Debian's package libnbd0", e));
        }
#pragma warning disable CA1031 // a bug on this thread must reach the waiters instead of ending the process
        catch (Exception e)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _failure, new NbdException(0, nameof(Run), $"internal error: {e.Message}", e));
        }
        finally
        {
            // The handle is closed by now: libnbd holds no buffer and no callback any more.
            FailAll();
            _queue.Dispose();
            _stopped.TrySetResult();
        }
    }

    private bool TryConnect()
    {
        NbdNegotiation.Configure(_handle, options);
        NbdNegotiation.BeginConnect(_handle, endpoint);
        while (NbdNative.nbd_aio_is_ready(_handle) != 1)
        {
            if (_queue.IsStopping)
                return false;
            Sleep();
        }

        _connected.TrySetResult(NbdNegotiation.ReadExportInfo(_handle, options));
        return true;
    }

    private void Serve()
    {
        while (!_queue.IsStopping)
        {
            IssueQueued();
            RetireCompleted();
            Sleep();
        }

        // With requests in flight the goodbye would wait for them; their waiters are told that we closed instead.
        if (_inFlight.Count == 0 && NbdNative.nbd_aio_is_ready(_handle) == 1)
            Disconnect();
    }

    private void IssueQueued()
    {
        NbdCommand? command = _queue.TakeAll();
        while (command is not null)
        {
            NbdCommand? next = command.Next;
            command.Next = null;
            if (command.IsAbandoned)
                Complete(command, new OperationCanceledException());
            else if (command.Issue(_handle) is var cookie && cookie > 0)
                _inFlight.Add(cookie, command);
            else
                Complete(command, CommandError(command.Function));
            command = next;
        }
    }

    private void RetireCompleted()
    {
        // nbd_aio_in_flight counts what the server still owes; asking it is cheaper than a peek that finds nothing,
        // which formats an error text.
        while (_inFlight.Count > NbdNative.nbd_aio_in_flight(_handle))
        {
            long cookie = NbdNative.nbd_aio_peek_command_completed(_handle);
            if (cookie <= 0)
                return;
            bool isDone = NbdNative.nbd_aio_command_completed(_handle, (ulong)cookie) == 1;
            NbdException? error = isDone ? null : CommandError(nameof(NbdNative.nbd_aio_command_completed));
            if (_inFlight.Remove(cookie, out NbdCommand? command))
                Complete(command, error);
        }
    }

    /// <summary>Sleeps until the socket is ready or somebody wants something, and lets libnbd go on.</summary>
    private void Sleep() => Advance(_queue.TryBeginSleep() ? -1 : 0);

    private void Advance(int timeoutMilliseconds)
    {
        ThrowIfDead();
        uint direction = NbdNative.nbd_aio_get_direction(_handle);
        PollFd* fds = stackalloc PollFd[2];
        fds[0] = new PollFd { FileDescriptor = _queue.WakeDescriptor, Events = LibC.PollIn };
        fds[1] = new PollFd { FileDescriptor = NbdNative.nbd_aio_get_fd(_handle) };
        if ((direction & NbdNative.DirectionRead) != 0)
            fds[1].Events |= LibC.PollIn;
        if ((direction & NbdNative.DirectionWrite) != 0)
            fds[1].Events |= LibC.PollOut;

        int ready = LibC.Poll(fds, 2, timeoutMilliseconds);
        _queue.EndSleep(wasWoken: ready > 0 && fds[0].ReturnedEvents != 0);
        if (ready <= 0 || fds[1].ReturnedEvents == 0)
            return; // a time-out, a signal, or only a wake-up

        // One notification per round: it can move libnbd to a state where the other makes no sense. Reading goes first,
        // since it frees what the server waits for. A hang-up is noticed by whichever libnbd waits for.
        bool canRead = (fds[1].ReturnedEvents & (LibC.PollIn | LibC.PollHangUp | LibC.PollError)) != 0;
        bool reads = canRead && (direction & NbdNative.DirectionRead) != 0;
        int result = reads ? NbdNative.nbd_aio_notify_read(_handle) : NbdNative.nbd_aio_notify_write(_handle);
        if (result == -1)
        {
            ThrowLost(NbdException.FromLastError(
                reads ? nameof(NbdNative.nbd_aio_notify_read) : nameof(NbdNative.nbd_aio_notify_write)));
        }
    }

    private void Disconnect()
    {
        long deadline = Environment.TickCount64 + (long)options.DisconnectTimeout.TotalMilliseconds;
        if (NbdNative.nbd_aio_disconnect(_handle, 0) == -1)
            return;
        while (NbdNative.nbd_aio_is_closed(_handle) != 1 && NbdNative.nbd_aio_is_dead(_handle) != 1)
        {
            long left = deadline - Environment.TickCount64;
            if (left <= 0)
                return;
            Advance((int)left);
        }
    }

    private void FailAll()
    {
        if (_failure is { } failure)
        {
            _connected.TrySetException(
                new NbdException(failure.Errno, failure.Function, $"{endpoint}: {failure.Message}", failure));
        }
        else
        {
            _connected.TrySetCanceled();
        }

        NbdCommand? command = _queue.Close();
        while (command is not null)
        {
            NbdCommand? next = command.Next;
            Complete(command, ClosedError(command.Function));
            command = next;
        }

        foreach (NbdCommand pending in _inFlight.Values)
            Complete(pending, ClosedError(pending.Function));
        _inFlight.Clear();
    }

    private void Complete(NbdCommand command, Exception? error)
    {
        Interlocked.Decrement(ref _pending);
        command.Complete(error);
    }

    /// <summary>libnbd's error of a command that failed, to be taken at once.</summary>
    private NbdException CommandError(string function)
    {
        NbdException error = NbdException.FromLastError(function);
        if (error.Errno == Errno.NotConnected || IsGone())
        {
            NoteDeath(error);
            return ClosedError(function);
        }

        return new NbdException(error.Errno, function, $"{endpoint}: {error.Message}")
        {
            IsConnectionLost = error.Errno == Errno.Shutdown, // the server said so, and will hang up
        };
    }

    /// <summary>A server that said goodbye leaves a handle that calls each further command invalid.</summary>
    private bool IsGone() => NbdNative.nbd_aio_is_closed(_handle) == 1 || NbdNative.nbd_aio_is_dead(_handle) == 1;

    private void ThrowIfDead()
    {
        if (NbdNative.nbd_aio_is_dead(_handle) == 1)
            ThrowLost(NbdException.FromLastError("poll"));
        if (NbdNative.nbd_aio_is_closed(_handle) == 1)
            ThrowLost(new NbdException(Errno.NotConnected, "poll", "the server closed the connection"));
    }

    private void ThrowLost(NbdException cause)
    {
        NoteDeath(cause);
        RetireCompleted(); // some may have succeeded before the connection died
        throw _failure!; // noted just now, or before
    }

    /// <summary>Keeps the first cause: it says most.</summary>
    private void NoteDeath(NbdException cause)
    {
        if (_failure is null)
            Volatile.Write(ref _failure, cause);
    }
}
