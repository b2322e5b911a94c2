using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Interop.Posix;

/// <summary>
/// Writes large new files past the page cache: what is written once and not read soon costs more to copy into the cache
/// than to hash. Falls back to plain writes where memory or file system do not allow it.
/// </summary>
public static class DirectWriter
{
    private const int SmallestLength = 1024 * 1024;

    /// <summary>Writes all of the content from the beginning of the file; it is not flushed.</summary>
    /// <param name="file">A new file, open for writing.</param>
    /// <param name="content">
    /// The bytes; written directly when they are 1 MiB or more and page-aligned in memory.
    /// </param>
    /// <exception cref="IOException">The content cannot be written.</exception>
    public static void Write(SafeFileHandle file, ReadOnlyMemory<byte> content)
    {
        using var pinned = content.Pin();
        int direct = CountDirect(pinned, content.Length);
        if (direct > 0 && PosixFile.TrySetDirect(file, on: true))
        {
            RandomAccess.Write(file, content.Span[..direct], 0);
            _ = PosixFile.TrySetDirect(file, on: false);
            RandomAccess.Write(file, content.Span[direct..], direct);
        }
        else
        {
            RandomAccess.Write(file, content.Span, 0);
        }
    }

    private static unsafe int CountDirect(System.Buffers.MemoryHandle pinned, int length) =>
        length >= SmallestLength && (nint)pinned.Pointer % PosixFile.DirectAlignment == 0
            ? length - (length % PosixFile.DirectAlignment)
            : 0;
}
