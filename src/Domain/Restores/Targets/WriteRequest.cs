using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using LibvirtBackup.Interop.Nbd;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Restores.Targets;

/// <summary>One write that waits for a thread; used again and again.</summary>
internal sealed class WriteRequest(ConcurrentStack<WriteRequest> home) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };
    private SafeFileHandle? _file;
    private NativeBuffer? _data;
    private long _offset;
    private int _start;
    private int _length;

    internal ValueTask Prepare(SafeFileHandle file, long offset, NativeBuffer data, int start, int length)
    {
        (_file, _offset, _data, _start, _length) = (file, offset, data, start, length);
        return new ValueTask(this, _done.Version);
    }

    internal void Execute()
    {
        try
        {
            RandomAccess.Write(_file!, _data!.Span.Slice(_start, _length), _offset); // prepared before it was queued
            _done.SetResult(true);
        }
        catch (Exception e)
        {
            _done.SetException(e);
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _done.GetResult(token);
        }
        finally
        {
            _done.Reset();
            (_file, _data) = (null, null);
            home.Push(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);
}
