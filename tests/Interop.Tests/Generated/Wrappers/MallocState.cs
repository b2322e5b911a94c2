using System.Runtime.InteropServices;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Generated.Wrappers;

/// <summary>What malloc has given out and not got back, in all its arenas; the managed heap is not in it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal partial struct MallocState
{
    private nuint _arena;
    private nuint _ordinaryBlocks;
    private nuint _smallBlocks;
    private nuint _mappedRegions;
    private nuint _mappedBytes;
    private nuint _maximum;
    private nuint _smallFree;
    private nuint _inUse;
    private nuint _free;
    private nuint _keep;

    /// <summary>Skips where the C library is not glibc 2.33 or newer.</summary>
    public static long BytesInUse()
    {
        try
        {
            MallocState state = MallInfo();
            return (long)(state._inUse + state._mappedBytes);
        }
        catch (EntryPointNotFoundException)
        {
            Assert.Skip("this C library has no mallinfo2");
            throw;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    private static partial MallocState MallInfo();
}
