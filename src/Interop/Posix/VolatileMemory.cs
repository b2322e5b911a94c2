using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Interop.Posix;

/// <summary>
/// Memory for what can be made again. Blocks that were offered are the kernel's to take when anything else needs
/// memory, without writing them anywhere, as it takes cached files. Pages that it took read as zeroes from then on.
/// Writing to a page takes the offer back.
/// </summary>
public sealed unsafe class VolatileMemory : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>The fewest bytes that are taken together.</summary>
    public const int PageBytes = 4096;

    /// <summary>The bytes that are offered together: a large page, which saves hundreds of page faults.</summary>
    public const int BlockBytes = 2 << 20;

    private readonly byte* _start;
    private readonly nuint _mapped;

    /// <summary>Reserves memory; it is only used up as it is written to.</summary>
    /// <param name="length">How much, in bytes.</param>
    /// <exception cref="PosixException">There is no room for so much.</exception>
    public VolatileMemory(long length)
        : base(ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = (length + BlockBytes - 1) / BlockBytes * BlockBytes;
        _mapped = (nuint)Length + BlockBytes;
        nint found = LibC.MMap(
            0, _mapped, LibC.ProtectRead | LibC.ProtectWrite,
            LibC.MapPrivate | LibC.MapAnonymous | LibC.MapNoReserve, -1, 0);
        if (found == -1) throw PosixException.FromLastError("mmap", path: null);
        SetHandle(found);
        _start = (byte*)((found + BlockBytes - 1) / BlockBytes * BlockBytes);
        // Where the kernel has no large pages, small ones do.
        _ = LibC.MAdvise((nint)_start, (nuint)Length, LibC.AdviseHugePage);
    }

    /// <summary>How much there is, in bytes: a multiple of <see cref="BlockBytes"/>.</summary>
    public long Length { get; }

    /// <summary>A part of the memory. Keep the handle from being released while it is used.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Its length.</param>
    public Span<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        return new Span<byte>(_start + offset, length);
    }

    /// <summary>Lets the kernel take a block when it has to. Nothing happens where it cannot.</summary>
    /// <param name="number">The block, from 0.</param>
    public void Offer(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Length / BlockBytes);
        _ = LibC.MAdvise((nint)(_start + ((long)number * BlockBytes)), BlockBytes, LibC.AdviseFree);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibC.MUnmap(handle, _mapped) == 0;
}
