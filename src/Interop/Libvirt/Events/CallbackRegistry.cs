using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// What libvirt's callbacks find their managed side by. libvirt is given a number, never a pointer into the managed
/// heap: a callback that comes late, or a free that comes twice, finds nothing instead of corrupting memory, and the
/// entry keeps its target alive until libvirt says that the registration is dead.
/// </summary>
internal static unsafe class CallbackRegistry
{
    private static readonly ConcurrentDictionary<nint, EventSink> s_sinks = new();
    private static long s_last;
    private static int s_strayFrees;

    /// <summary>How many registrations libvirt still holds.</summary>
    public static int Count => s_sinks.Count;

    /// <summary>How many times libvirt freed a registration that was not there; the tests expect none.</summary>
    public static int StrayFrees => Volatile.Read(ref s_strayFrees);

    /// <summary>The <c>virFreeCallback</c> to register together with a key.</summary>
    public static nint FreeAddress => new VirFreeCallback(&Free).Address;

    /// <summary>Keeps the sink and returns the number to register with libvirt as its opaque data.</summary>
    public static nint Add(EventSink sink)
    {
        nint key = (nint)Interlocked.Increment(ref s_last);
        s_sinks[key] = sink;
        return key;
    }

    /// <summary>Takes the entry back after libvirt refused the registration.</summary>
    public static void Remove(nint key)
    {
        if (s_sinks.TryRemove(key, out EventSink? sink))
            sink.MarkFreed();
    }

    /// <summary>The sink of a callback, or null when the registration is gone already.</summary>
    public static T? Find<T>(void* opaque)
        where T : EventSink => s_sinks.TryGetValue((nint)opaque, out EventSink? sink) ? sink as T : null;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(void* opaque)
    {
        if (s_sinks.TryRemove((nint)opaque, out EventSink? sink))
            sink.MarkFreed();
        else
            Interlocked.Increment(ref s_strayFrees);
    }
}
