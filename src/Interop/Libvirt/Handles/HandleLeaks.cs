using System.Collections.Concurrent;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>
/// Counts handles that reached their finalizer undisposed. The tests assert that there is none; with the switch
/// <c>LibvirtBackup.TraceHandles</c> on, each leak says where the handle was made.
/// </summary>
internal static class HandleLeaks
{
    private static readonly bool s_trace =
        AppContext.TryGetSwitch("LibvirtBackup.TraceHandles", out bool enabled) && enabled;

    private static readonly ConcurrentQueue<string> s_leaks = new();

    /// <summary>How many handles were finalized without having been disposed.</summary>
    public static int Count => s_leaks.Count;

    /// <summary>Takes the leaks so far: the type of each handle, or where it was made.</summary>
    public static IReadOnlyList<string> Drain()
    {
        List<string> leaks = [];
        while (s_leaks.TryDequeue(out string? leak))
            leaks.Add(leak);
        return leaks;
    }

    internal static Origin? Created(LibvirtHandle handle) =>
        s_trace ? new Origin($"{handle.GetType().Name} made at{Environment.NewLine}{Environment.StackTrace}") : null;

    internal static void Finalized(LibvirtHandle handle, Origin? origin) =>
        s_leaks.Enqueue(origin?.Text ?? handle.GetType().Name);

    /// <summary>Where a handle came from.</summary>
    internal sealed record Origin(string Text);
}
