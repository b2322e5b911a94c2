using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Zeroed native memory for typed parameters that libvirt fills; texts in it are freed with it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe ref struct NativeParameters
{
    private readonly int _count;

    public NativeParameters(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _count = count;
        if (count > 0)
            Pointer = (virTypedParameter*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(virTypedParameter));
    }

    /// <summary>Valid until disposed; null for no parameters.</summary>
    public virTypedParameter* Pointer { get; }

    /// <summary>Copies and frees an array that libvirt allocated.</summary>
    public static TypedParameterList Take(virTypedParameter* owned, int count)
    {
        try
        {
            return TypedParameterReader.Read(owned, count);
        }
        finally
        {
            LibvirtNative.virTypedParamsFree(owned, count);
        }
    }

    /// <summary>Copies the parameters that libvirt filled, which may be fewer than there is room for.</summary>
    public TypedParameterList Read(int filled) => TypedParameterReader.Read(Pointer, Math.Min(filled, _count));

    public void Dispose()
    {
        if (Pointer is null)
            return;
        LibvirtNative.virTypedParamsClear(Pointer, _count);
        NativeMemory.Free(Pointer);
    }
}
