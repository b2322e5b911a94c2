using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>One block status request, with the extents of every context as the server sends them.</summary>
internal sealed unsafe class NbdBlockStatusCommand : NbdCommand
{
    private readonly long _offset;
    private readonly long _length;
    private readonly NbdExportInfo _export;
    private readonly NbdExtentCollector[] _collectors;
    private readonly TaskCompletionSource<NbdBlockStatus> _result = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _fault;

    public NbdBlockStatusCommand(NbdExportInfo export, long offset, long length)
    {
        _export = export;
        _offset = offset;
        _length = length;
        _collectors = [.. export.MetaContexts.Select(name => new NbdExtentCollector(name))];
    }

    public Task<NbdBlockStatus> Result => _result.Task;

    public override string Function => nameof(NbdNative.nbd_aio_block_status);

    public override bool IsAbandoned => _result.Task.IsCompleted;

    public void Cancel(CancellationToken cancellationToken) => _result.TrySetCanceled(cancellationToken);

    public override long Issue(nint handle)
    {
        // libnbd calls Free exactly once: when the command is retired, when the handle is closed before that, and
        // when the call below fails.
        var callback = new NbdExtentCallback
        {
            UserData = GCHandle.ToIntPtr(GCHandle.Alloc(this)),
            Free = (nint)(delegate* unmanaged<nint, void>)&FreeUserData,
        };
        if (NbdOptionalNative.AioBlockStatus64 != null)
        {
            callback.Callback =
                (nint)(delegate* unmanaged<nint, byte*, ulong, ulong*, nuint, int*, int>)&ReceiveExtents64;
            return NbdOptionalNative.AioBlockStatus64(handle, (ulong)_length, (ulong)_offset, callback, default, 0);
        }

        callback.Callback = (nint)(delegate* unmanaged<nint, byte*, ulong, uint*, nuint, int*, int>)&ReceiveExtents32;
        return NbdNative.nbd_aio_block_status(handle, (ulong)_length, (ulong)_offset, callback, default, 0);
    }

    public override void Complete(Exception? error)
    {
        if (error is not null)
            _result.TrySetException(error);
        else if (_fault is not null)
            _result.TrySetException(NbdException.Protocol(Function, _fault));
        else
            CompleteWithExtents();
    }

    private void CompleteWithExtents()
    {
        long length = _length;
        foreach (NbdExtentCollector collector in _collectors)
        {
            if (collector.Length == 0)
            {
                _result.TrySetException(NbdException.Protocol(
                    Function, $"The NBD server sent no extents of '{collector.Name}' at offset {_offset}."));
                return;
            }

            length = Math.Min(length, collector.Length);
        }

        NbdExtent[][] extents = [.. _collectors.Select(collector => collector.ToArray(length))];
        _result.TrySetResult(new NbdBlockStatus(_offset, length, _export.MetaContexts, extents));
    }

    [UnmanagedCallersOnly]
    private static void FreeUserData(nint userData) => GCHandle.FromIntPtr(userData).Free();

    [UnmanagedCallersOnly]
    private static int ReceiveExtents32(
        nint userData, byte* context, ulong offset, uint* entries, nuint count, int* error)
    {
        if (Find(userData, context, offset, error) is not { } collector)
            return -1;
        for (nuint i = 0; i + 1 < count; i += 2)
            collector.Add(entries[i], entries[i + 1]);
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int ReceiveExtents64(
        nint userData, byte* context, ulong offset, ulong* entries, nuint count, int* error)
    {
        if (Find(userData, context, offset, error) is not { } collector)
            return -1;
        for (nuint i = 0; i < count; i++)
            collector.Add((long)Math.Min(entries[2 * i], long.MaxValue / 2), entries[(2 * i) + 1]);
        return 0;
    }

    /// <summary>
    /// Finds where the extents of a context go; null, with the error set, when they are not what we asked for.
    /// </summary>
    private static NbdExtentCollector? Find(nint userData, byte* context, ulong offset, int* error)
    {
        var command = (NbdBlockStatusCommand)GCHandle.FromIntPtr(userData).Target!; // it lives until FreeUserData
        ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(context);
        foreach (NbdExtentCollector collector in command._collectors)
        {
            if (!collector.IsNamed(name))
                continue;
            if (offset == (ulong)command._offset && collector.Length == 0)
                return collector;
            command._fault = $"The NBD server sent extents of '{collector.Name}' twice or of another offset.";
            *error = Posix.Errno.Protocol;
            return null;
        }

        command._fault = "The NBD server sent extents of a context that was not asked for.";
        *error = Posix.Errno.Protocol;
        return null;
    }
}
