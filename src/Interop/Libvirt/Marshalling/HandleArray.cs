using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>A native array of pointers that ends with a null pointer, with every handle kept from release.</summary>
internal unsafe ref struct HandleArray
{
    private readonly ReadOnlySpan<LibvirtHandle> _handles;
    private int _held;

    public HandleArray(ReadOnlySpan<LibvirtHandle> handles)
    {
        _handles = handles;
        Pointer = (nint*)NativeMemory.AllocZeroed((nuint)handles.Length + 1, (nuint)sizeof(nint));
        try
        {
            foreach (LibvirtHandle handle in handles)
            {
                bool added = false;
                handle.DangerousAddRef(ref added);
                Pointer[_held++] = handle.DangerousGetHandle();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Valid until disposed.</summary>
    public nint* Pointer { get; }

    public readonly void Dispose()
    {
        foreach (LibvirtHandle handle in _handles[.._held])
            handle.DangerousRelease();
        NativeMemory.Free(Pointer);
    }
}
