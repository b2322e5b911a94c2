using System.Runtime.CompilerServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Keeps a handle from being released while libvirt uses its pointer.</summary>
internal readonly ref struct HandleUse
{
    private readonly LibvirtHandle? _handle;

    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    public HandleUse(LibvirtHandle handle, [CallerArgumentExpression(nameof(handle))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(handle, name);
        bool added = false;
        handle.DangerousAddRef(ref added);
        _handle = handle;
        Pointer = handle.DangerousGetHandle();
    }

    /// <summary>Valid until disposed; zero when there is no handle.</summary>
    public nint Pointer { get; }

    /// <summary>The same for an argument that may be absent.</summary>
    public static HandleUse Optional(LibvirtHandle? handle) => handle is null ? default : new HandleUse(handle);

    public void Dispose() => _handle?.DangerousRelease();
}
