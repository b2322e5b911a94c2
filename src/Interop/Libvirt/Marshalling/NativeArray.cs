using System.Runtime.InteropServices;

namespace LibvirtBackup.Interop.Libvirt;

/// <summary>Copies arrays that libvirt returns.</summary>
internal static unsafe class NativeArray
{
    /// <summary>Takes over the references in an array that libvirt allocated, and frees the array.</summary>
    public static T[] TakeHandles<T>(nint* owned, int count, delegate*<nint, T> own)
    {
        T[] handles = new T[Math.Max(count, 0)];
        for (int i = 0; i < handles.Length; i++)
            handles[i] = own(owned[i]);
        NativeMemory.Free(owned);
        return handles;
    }

    /// <summary>Copies structs from an array of pointers, frees each one and the array.</summary>
    public static TResult[] TakePointers<TNative, TResult>(
        TNative** owned, int count, delegate*<TNative*, TResult> copy, delegate*<TNative*, void> free)
        where TNative : unmanaged
    {
        try
        {
            TResult[] results = new TResult[Math.Max(count, 0)];
            for (int i = 0; i < results.Length; i++)
                results[i] = copy(owned[i]);
            return results;
        }
        finally
        {
            for (int i = 0; i < count; i++)
                free(owned[i]);
            NativeMemory.Free(owned);
        }
    }

    /// <summary>The same where one function frees all of it, the array too.</summary>
    public static TResult[] TakeList<TNative, TResult>(
        TNative** owned, int count, delegate*<TNative*, TResult> copy, delegate*<TNative**, void> free)
        where TNative : unmanaged
    {
        try
        {
            TResult[] results = new TResult[Math.Max(count, 0)];
            for (int i = 0; i < results.Length; i++)
                results[i] = copy(owned[i]);
            return results;
        }
        finally
        {
            free(owned);
        }
    }

    /// <summary>Copies structs that lie side by side in memory that libvirt allocated, and frees it.</summary>
    public static TResult[] TakeStructs<TNative, TResult>(
        TNative* owned, int count, delegate*<TNative*, TResult> copy)
        where TNative : unmanaged
    {
        try
        {
            return Copy(owned, count, copy);
        }
        finally
        {
            NativeMemory.Free(owned);
        }
    }

    /// <summary>Copies structs that lie side by side and stay whose they are.</summary>
    public static TResult[] Copy<TNative, TResult>(TNative* items, int count, delegate*<TNative*, TResult> copy)
        where TNative : unmanaged
    {
        TResult[] results = new TResult[Math.Max(count, 0)];
        for (int i = 0; i < results.Length; i++)
            results[i] = copy(items + i);
        return results;
    }

    /// <summary>Copies and frees an array of plain values that libvirt allocated.</summary>
    public static T[] Take<T>(T* owned, int count)
        where T : unmanaged
    {
        try
        {
            return new ReadOnlySpan<T>(owned, Math.Max(count, 0)).ToArray();
        }
        finally
        {
            NativeMemory.Free(owned);
        }
    }

    /// <summary>The same for a secret: the native bytes are overwritten before they are freed.</summary>
    public static byte[] TakeSecret(byte* owned, nuint count)
    {
        var bytes = new Span<byte>(owned, checked((int)count));
        try
        {
            return bytes.ToArray();
        }
        finally
        {
            bytes.Clear();
            NativeMemory.Free(owned);
        }
    }
}
