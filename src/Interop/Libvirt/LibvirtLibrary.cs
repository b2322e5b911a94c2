using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Makes libvirt ready once per process: initialized, and silent on standard error.</summary>
internal static unsafe class LibvirtLibrary
{
    private static readonly Lock s_gate = new();
    private static volatile bool s_ready;

    /// <summary>Called by every wrapper that needs no handle; a handle proves that it was called.</summary>
    /// <exception cref="DllNotFoundException">libvirt.so.0 is not installed.</exception>
    /// <exception cref="LibvirtException">libvirt could not initialize itself.</exception>
    public static void EnsureReady()
    {
        if (s_ready)
            return;
        lock (s_gate)
        {
            if (s_ready)
                return;
            Initialize();
            s_ready = true;
        }
    }

    private static void Initialize()
    {
        try
        {
            if (LibvirtNative.virInitialize() < 0)
                throw LibvirtException.Last("virInitialize");
        }
        catch (DllNotFoundException missing)
        {
            throw new DllNotFoundException(
                "libvirt.so.0 could not be loaded: install libvirt's client library (Debian: apt install libvirt0)",
                missing);
        }

        // Without a handler libvirt prints every error to standard error.
        LibvirtNative.virSetErrorFunc(null, &KeepSilent);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void KeepSilent(void* userData, virError* error)
    {
    }
}
