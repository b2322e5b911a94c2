using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Interop.Posix;

/// <summary>What Linux can do with files and the framework does not offer.</summary>
public static class PosixFile
{
    /// <summary>What direct I/O is aligned to, in bytes: as much as any usual device asks for.</summary>
    public const int DirectAlignment = 4096;

    /// <summary>
    /// Makes the names in a directory durable: files created, renamed or deleted in it survive a power cut from now on.
    /// The content of the files is not covered, flush it first.
    /// </summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="PosixException">The directory cannot be opened or flushed.</exception>
    public static void FlushDirectory(string path)
    {
        using SafeFileHandle directory = Open(path, ShimNative.OpenDirectory(Checked(path)));
        if (LibC.FSync(directory) != 0)
            throw PosixException.FromLastError("fsync", path);
    }

    /// <summary>
    /// Lists where a file has data, in ascending order; everything between is holes, which read as zeroes. A file
    /// system that keeps no holes gives one extent with everything. Moves the position of the handle, which
    /// <see cref="RandomAccess"/> does not use.
    /// </summary>
    /// <param name="file">An open, seekable file.</param>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How many bytes to look at; beyond the end of the file there is no data.</param>
    /// <exception cref="PosixException">The file cannot be asked.</exception>
    public static IEnumerable<FileExtent> GetDataExtents(SafeFileHandle file, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        long end = length > long.MaxValue - offset ? long.MaxValue : offset + length;
        return EnumerateData(file, offset, end);
    }

    /// <summary>Frees the space of a range, which then reads as zeroes; the size of the file stays.</summary>
    /// <param name="file">A file open for writing.</param>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="length">How many bytes, at least 1.</param>
    /// <returns>False, and nothing done, when the file system cannot.</returns>
    /// <exception cref="PosixException">The range cannot be freed.</exception>
    public static bool TryPunchHole(SafeFileHandle file, long offset, long length) =>
        TryAllocate(file, LibC.FallocatePunchHole | LibC.FallocateKeepSize, offset, length);

    /// <summary>Makes a range read as zeroes and keeps its space allocated; the file grows when it has to.</summary>
    /// <inheritdoc cref="TryPunchHole"/>
    public static bool TryZeroRange(SafeFileHandle file, long offset, long length) =>
        TryAllocate(file, LibC.FallocateZeroRange, offset, length);

    /// <summary>
    /// Takes the space of a range, so that writing there cannot fail for want of it; size and content stay as they are.
    /// Beyond the end it lasts until the file is cut to its size (<c>SetLength</c>).
    /// </summary>
    /// <inheritdoc cref="TryPunchHole"/>
    public static bool TryReserve(SafeFileHandle file, long offset, long length) =>
        TryAllocate(file, LibC.FallocateKeepSize, offset, length);

    /// <summary>
    /// Takes the space of a range, to whose end the file grows where it is shorter; content stays as it is, and what is
    /// new reads as zeroes.
    /// </summary>
    /// <inheritdoc cref="TryPunchHole"/>
    public static bool TryExtend(SafeFileHandle file, long offset, long length) =>
        TryAllocate(file, mode: 0, offset, length);

    /// <summary>
    /// Sets whether writes go past the page cache (O_DIRECT): then addresses, offsets and lengths must be multiples of
    /// <see cref="DirectAlignment"/>.
    /// </summary>
    /// <param name="file">An open file.</param>
    /// <param name="on">True for direct writes.</param>
    /// <returns>False, and nothing done, when the file system cannot (tmpfs of older kernels).</returns>
    /// <exception cref="PosixException">The file cannot be set so.</exception>
    public static bool TrySetDirect(SafeFileHandle file, bool on)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (ShimNative.SetDirect(file, on ? 1 : 0) == 0)
            return true;
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.Invalid ? false : throw new PosixException(errno, "fcntl(F_SETFL)", path: null);
    }

    /// <summary>Tells the size of a block device, in bytes; null when the path is something else.</summary>
    /// <param name="path">The device, or a link to it.</param>
    /// <exception cref="PosixException">The path cannot be opened or asked.</exception>
    public static long? GetBlockDeviceSize(string path)
    {
        using SafeFileHandle device = OpenReadable(path);
        long size = ShimNative.BlockDeviceSize(device);
        if (size >= 0)
            return size;
        return Marshal.GetLastPInvokeError() == Errno.NotBlockDevice
            ? null
            : throw PosixException.FromLastError("ioctl(BLKGETSIZE64)", path);
    }

    /// <summary>Tells which file is at a path; a link is followed. Null when it is no regular file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PosixException">There is none, or it cannot be asked.</exception>
    public static unsafe FileIdentity? GetIdentity(string path)
    {
        ulong* identity = stackalloc ulong[2];
        return ShimNative.FileIdentity(Checked(path), identity) switch
        {
            0 => null,
            1 => new FileIdentity(identity[0], identity[1]),
            _ => throw PosixException.FromLastError("statx", path),
        };
    }

    /// <summary>Tells whose a file or directory is and what its mode allows; a link is followed.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PosixException">There is none, or it cannot be asked.</exception>
    public static unsafe FileAccessRights GetAccessRights(string path)
    {
        uint* access = stackalloc uint[3];
        return ShimNative.FileAccess(Checked(path), access) == 0
            ? new FileAccessRights(access[0], access[1], (UnixFileMode)access[2])
            : throw PosixException.FromLastError("stat", path);
    }

    /// <summary>
    /// Tells whether somebody holds a lock (<c>fcntl</c>'s, shared or exclusive) on bytes of a file, and takes none
    /// itself. Null where the file system does not know.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">The first of the bytes; locks reach beyond the end of a file.</param>
    /// <param name="length">How many bytes, at least 1.</param>
    /// <exception cref="PosixException">The file cannot be opened or asked.</exception>
    public static bool? IsLocked(string path, long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        using SafeFileHandle file = OpenReadable(path);
        int found = ShimNative.HasLock(file, offset, length);
        if (found >= 0)
            return found > 0;
        int errno = Marshal.GetLastPInvokeError();
        return errno is Errno.Invalid or Errno.NotSupported or Errno.NoLocks
            ? null
            : throw new PosixException(errno, "fcntl(F_OFD_GETLK)", path);
    }

    /// <summary>
    /// Renames a file unless the new name exists. Of several that try at the same time one wins, except on a file
    /// system without hard links (FAT, some network ones), where the last one does. (The framework's move looks first
    /// and renames then, which two can do at the same time.)
    /// </summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new name, on the same file system.</param>
    /// <returns>False, and nothing done, when the new name exists.</returns>
    /// <exception cref="PosixException">The file cannot get that name.</exception>
    public static bool TryRenameToNew(string from, string to)
    {
        if (LibC.Link(Checked(from), Checked(to)) == 0)
        {
            File.Delete(from);
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.Exists || File.Exists(to))
            return false;
        if (errno is not (Errno.NotPermitted or Errno.NotSupported))
            throw new PosixException(errno, "link", to);
        File.Move(from, to);
        return true;
    }

    /// <summary>Changes who owns a file; a link is followed.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="userId">The new owner; null leaves it.</param>
    /// <param name="groupId">The new group; null leaves it.</param>
    /// <exception cref="PosixException">The owner cannot be changed.</exception>
    public static void ChangeOwner(string path, uint? userId, uint? groupId)
    {
        if (LibC.ChOwn(Checked(path), userId ?? uint.MaxValue, groupId ?? uint.MaxValue) != 0)
            throw PosixException.FromLastError("chown", path);
    }

    /// <summary>Opens a file for reading without the advisory lock that the framework's own open takes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PosixException">The file cannot be opened.</exception>
    public static SafeFileHandle OpenReadable(string path) => Open(path, ShimNative.OpenReadable(Checked(path)));

    /// <summary>
    /// Opens a block device for reading and writing, and for nobody else who asks the same: fails with
    /// <see cref="Errno.Busy"/> where it is mounted or part of another device.
    /// </summary>
    /// <param name="path">The device, or a link to it.</param>
    /// <exception cref="PosixException">It cannot be opened so.</exception>
    public static SafeFileHandle OpenDevice(string path) => Open(path, ShimNative.OpenDevice(Checked(path)));

    internal static SafeFileHandle Open(string path, int fd) =>
        fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw PosixException.FromLastError("open", path);

    /// <summary>Refuses what the native side would silently cut short.</summary>
    internal static string Checked(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return path.Contains('\0') ? throw new ArgumentException("A path cannot hold a NUL.", nameof(path)) : path;
    }

    private static bool TryAllocate(SafeFileHandle file, int mode, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(file);
        int errno;
        do
        {
            if (LibC.FAllocate(file, mode, offset, length) == 0)
                return true;
            errno = Marshal.GetLastPInvokeError();
        }
        while (errno == Errno.Interrupted);
        return errno == Errno.NotSupported ? false : throw new PosixException(errno, "fallocate", path: null);
    }

    private static IEnumerable<FileExtent> EnumerateData(SafeFileHandle file, long offset, long end)
    {
        while (offset < end)
        {
            long data = LibC.LSeek(file, offset, LibC.SeekData);
            if (data < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.NoDeviceOrAddress)
                    yield break; // only a hole is left, or the offset is beyond the end
                throw new PosixException(errno, "lseek(SEEK_DATA)", path: null);
            }

            if (data >= end)
                yield break;
            long hole = LibC.LSeek(file, data, LibC.SeekHole);
            if (hole < 0)
                throw PosixException.FromLastError("lseek(SEEK_HOLE)", path: null);
            offset = Math.Min(hole, end);
            yield return new FileExtent(data, offset - data);
        }
    }
}
