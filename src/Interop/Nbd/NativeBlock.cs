using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Nbd;

/// <summary>
/// A piece of native memory, aligned for direct I/O. Freed by its pool, or by the finalizer when it was lost.
/// </summary>
internal sealed unsafe class NativeBlock : SafeHandle
{
    private const int Alignment = 4096;

    public NativeBlock(int capacity)
        : base(0, ownsHandle: true)
    {
        Capacity = capacity;
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)capacity, Alignment));
    }

    public override bool IsInvalid => handle == 0;

    public byte* Pointer => (byte*)handle;

    public int Capacity { get; }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
