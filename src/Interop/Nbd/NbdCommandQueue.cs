using LibvirtBackup.Interop.Posix;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>Commands from any thread for the one I/O thread, first in first out, without allocation.</summary>
internal sealed class NbdCommandQueue : IDisposable
{
    private readonly Lock _gate = new();
    private readonly EventFd _wake = new();
    private NbdCommand? _first;
    private NbdCommand? _last;
    private bool _isStopping;
    private bool _isClosed;
    private bool _isSleeping;

    /// <summary>Becomes readable when the I/O thread sleeps and has something to do.</summary>
    public int WakeDescriptor => _wake.FileDescriptor;

    /// <summary>True once <see cref="Stop"/> was called.</summary>
    public bool IsStopping
    {
        get
        {
            lock (_gate)
                return _isStopping;
        }
    }

    /// <summary>
    /// Queues a command; false when the I/O thread stops or has stopped, and the command was not taken.
    /// </summary>
    public bool TryEnqueue(NbdCommand command)
    {
        lock (_gate)
        {
            if (_isStopping || _isClosed)
                return false;
            if (_last is null)
                _first = command;
            else
                _last.Next = command;
            _last = command;
            Wake();
            return true;
        }
    }

    /// <summary>Asks the I/O thread to end.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopping = true;
            if (!_isClosed)
                Wake();
        }
    }

    /// <summary>Takes all that is queued, linked by <see cref="NbdCommand.Next"/>.</summary>
    public NbdCommand? TakeAll()
    {
        lock (_gate)
            return TakeAllLocked();
    }

    /// <summary>Takes nothing more in, and takes all that is queued.</summary>
    public NbdCommand? Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            return TakeAllLocked();
        }
    }

    /// <summary>Before poll(2): true when it may sleep, since the next command or stop will wake it.</summary>
    public bool TryBeginSleep()
    {
        lock (_gate)
            return _isSleeping = _first is null && !_isStopping;
    }

    /// <summary>After poll(2).</summary>
    /// <param name="wasWoken">Whether <see cref="WakeDescriptor"/> was readable.</param>
    public void EndSleep(bool wasWoken)
    {
        lock (_gate)
        {
            _isSleeping = false;
            if (wasWoken)
                _wake.Drain();
        }
    }

    /// <summary>Frees the descriptor; the queue is closed.</summary>
    public void Dispose() => _wake.Dispose();

    private NbdCommand? TakeAllLocked()
    {
        NbdCommand? first = _first;
        _first = _last = null;
        return first;
    }

    private void Wake()
    {
        if (!_isSleeping)
            return;
        _isSleeping = false;
        _wake.Signal();
    }
}
