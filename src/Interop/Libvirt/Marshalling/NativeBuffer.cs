using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Zeroed native memory for a number of values that libvirt fills.</summary>
internal readonly unsafe ref struct NativeBuffer<T>
    where T : unmanaged
{
    public NativeBuffer(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Pointer = count == 0 ? null : (T*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));
    }

    /// <summary>Valid until disposed; null for no values, which libvirt reads as a question for the count.</summary>
    public T* Pointer { get; }

    public void Dispose() => NativeMemory.Free(Pointer);
}
