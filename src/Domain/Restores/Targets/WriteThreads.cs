using System.Collections.Concurrent;
using LibvirtBackup.Interop.Nbd;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Restores.Targets;

/// <summary>
/// Carries out blocking writes on threads of its own, so that the thread pool, which has one thread per processor, goes
/// on unpacking and hashing meanwhile. Nothing is allocated per write in steady state.
/// </summary>
internal sealed class WriteThreads : IDisposable
{
    private const int Count = 3;

    private readonly BlockingCollection<WriteRequest> _queue = [];
    private readonly ConcurrentStack<WriteRequest> _free = [];
    private readonly Thread[] _threads = new Thread[Count];

    internal WriteThreads()
    {
        for (var i = 0; i < Count; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = "lvb-write" };
            _threads[i].Start();
        }
    }

    /// <summary>Writes a part of a buffer; the buffer is held until it is written.</summary>
    internal ValueTask WriteAsync(SafeFileHandle file, long offset, NativeBuffer data, int start, int length)
    {
        if (!_free.TryPop(out var request)) request = new WriteRequest(_free);
        var result = request.Prepare(file, offset, data, start, length);
        _queue.Add(request);
        return result;
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads) thread.Join();
        _queue.Dispose();
    }

    private void Run()
    {
        foreach (var request in _queue.GetConsumingEnumerable()) request.Execute();
    }
}
