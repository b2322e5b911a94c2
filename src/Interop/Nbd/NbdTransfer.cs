using System.Threading.Tasks.Sources;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// A read, write, zero, trim or flush; used again and again. Two parties own it, the waiter until it took the result
/// and the I/O thread until libnbd is done with it: only when both are through does it go back to its pool.
/// Cancelling settles the wait at once and leaves the I/O thread's half, which holds the buffer, as it is.
/// </summary>
internal sealed unsafe class NbdTransfer(NbdTransferPool pool) : NbdCommand, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private NbdTransferKind _kind;
    private ulong _offset;
    private ulong _length;
    private uint _flags;
    private NativeBuffer? _buffer;
    private int _start;
    private Memory<byte> _copyTarget;
    private int _isSettled;
    private int _owners;

    public override string Function => _kind switch
    {
        NbdTransferKind.Read => nameof(NbdNative.nbd_aio_pread),
        NbdTransferKind.Write => nameof(NbdNative.nbd_aio_pwrite),
        NbdTransferKind.WriteZeroes => nameof(NbdNative.nbd_aio_zero),
        NbdTransferKind.Trim => nameof(NbdNative.nbd_aio_trim),
        _ => nameof(NbdNative.nbd_aio_flush),
    };

    public override bool IsAbandoned => Volatile.Read(ref _isSettled) != 0;

    /// <summary>Sets it up for a range of the export.</summary>
    public void Prepare(NbdTransferKind kind, long offset, long length, uint flags)
    {
        _kind = kind;
        _offset = (ulong)offset;
        _length = (ulong)length;
        _flags = flags;
        _isSettled = 0;
        _owners = 2;
    }

    /// <summary>Sets the memory, which the caller holds for us until libnbd is done with it.</summary>
    public void Attach(NativeBuffer heldBuffer, int start)
    {
        _buffer = heldBuffer;
        _start = start;
    }

    /// <summary>Where the waiter itself copies what was read, when it takes the result.</summary>
    public void CopyTo(Memory<byte> target) => _copyTarget = target;

    /// <summary>Queues it; the task fails when the connection is closed.</summary>
    public ValueTask Start(NbdIoLoop loop, CancellationToken cancellationToken)
    {
        short token = _core.Version;
        _registration = cancellationToken.UnsafeRegister(
            static (state, canceled) => ((NbdTransfer)state!).Cancel(canceled), this);
        if (!loop.TryEnqueue(this))
            Complete(loop.ClosedError(Function));
        return new ValueTask(this, token);
    }

    public override long Issue(nint handle)
    {
        NbdCompletionCallback none = default;
        byte* memory = _buffer is null ? null : _buffer.Pointer + _start;
        return _kind switch
        {
            NbdTransferKind.Read => NbdNative.nbd_aio_pread(handle, memory, (nuint)_length, _offset, none, _flags),
            NbdTransferKind.Write => NbdNative.nbd_aio_pwrite(handle, memory, (nuint)_length, _offset, none, _flags),
            NbdTransferKind.WriteZeroes => NbdNative.nbd_aio_zero(handle, _length, _offset, none, _flags),
            NbdTransferKind.Trim => NbdNative.nbd_aio_trim(handle, _length, _offset, none, _flags),
            _ => NbdNative.nbd_aio_flush(handle, none, _flags),
        };
    }

    public override void Complete(Exception? error)
    {
        // A successful read into managed memory is copied by the waiter: the buffer goes on to it.
        bool isFirst = Interlocked.Exchange(ref _isSettled, 1) == 0;
        if (!isFirst || error is not null || _copyTarget.IsEmpty)
            ReleaseBuffer();
        if (isFirst && error is null)
            _core.SetResult(true);
        else if (isFirst)
            _core.SetException(error!); // null was the case above
        ReleaseOwner();
    }

    public void GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The result of an NBD request was taken before it completed.");

        // Waits for a cancellation that is just running, which must not hit this object's next use.
        _registration.Dispose();
        try
        {
            if (!_copyTarget.IsEmpty && _core.GetStatus(token) == ValueTaskSourceStatus.Succeeded)
            {
                NativeBuffer source = _buffer!; // Complete left it to us
                source.Span.Slice(_start, (int)_length).CopyTo(_copyTarget.Span);
                ReleaseBuffer();
            }

            _core.GetResult(token);
        }
        finally
        {
            ReleaseOwner();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken canceled)
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
            _core.SetException(new OperationCanceledException(canceled));
    }

    private void ReleaseBuffer()
    {
        NativeBuffer? buffer = _buffer;
        _buffer = null;
        buffer?.Release();
    }

    private void ReleaseOwner()
    {
        if (Interlocked.Decrement(ref _owners) != 0)
            return;
        _registration = default;
        _copyTarget = default;
        Next = null;
        _core.Reset();
        pool.Return(this);
    }
}
