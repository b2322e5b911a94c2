using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Interop.Posix;

/// <summary>
/// An advisory lock (flock(2)) on a file of its own. It ends when it is disposed and when the process ends in any
/// way, so it is never stale. It also works between holders in one process. The file stays: what the holder wrote
/// into it tells others who holds it. Read it by <see cref="ReadContent"/>, since the framework's own way to open a
/// file takes a shared lock and fails while the file is locked.
/// </summary>
public sealed class FileLock : IDisposable
{
    private const uint FileMode = 0b110_100_100;

    private readonly SafeFileHandle _file;

    private FileLock(string path, FileLockMode mode, SafeFileHandle file)
    {
        Path = path;
        Mode = mode;
        _file = file;
    }

    /// <summary>The file that is locked.</summary>
    public string Path { get; }

    /// <summary>How it is locked.</summary>
    public FileLockMode Mode { get; }

    /// <summary>Takes the lock without waiting; creates the file (mode 0644) when it is missing.</summary>
    /// <param name="path">The lock file; its directory exists, and it is no symbolic link.</param>
    /// <param name="mode">Alone or together with others.</param>
    /// <returns>The lock, to be disposed; null when another holder is in the way.</returns>
    /// <exception cref="PosixException">The file cannot be opened or locked.</exception>
    public static FileLock? TryAcquire(string path, FileLockMode mode = FileLockMode.Exclusive)
    {
        int operation = LibC.LockNonBlocking |
            (mode == FileLockMode.Shared ? LibC.LockShared : LibC.LockExclusive);
        while (true)
        {
            SafeFileHandle file = PosixFile.Open(path, ShimNative.OpenLock(PosixFile.Checked(path), FileMode));
            try
            {
                if (!TryLock(file, operation, path))
                    return null;

                // Somebody may have deleted or replaced the file between our open and our lock: then we hold a lock
                // that nobody else can see.
                int same = ShimNative.IsSameFile(file, path);
                if (same < 0)
                    throw PosixException.FromLastError("stat", path);
                if (same == 0)
                    continue;
                var taken = new FileLock(path, mode, file);
                file = null!; // the lock owns it from here on
                return taken;
            }
            finally
            {
                file?.Dispose();
            }
        }
    }

    /// <summary>Reads what the holder of a lock wrote into its file; empty when the file is missing or empty.</summary>
    /// <param name="path">The lock file.</param>
    /// <exception cref="PosixException">The file cannot be opened.</exception>
    public static byte[] ReadContent(string path)
    {
        try
        {
            using SafeFileHandle file = PosixFile.OpenReadable(path);
            var content = new byte[RandomAccess.GetLength(file)];
            int read = RandomAccess.Read(file, content, fileOffset: 0);
            return read == content.Length ? content : content[..read];
        }
        catch (PosixException e) when (e.Errno == Errno.NoEntry)
        {
            return [];
        }
    }

    /// <summary>Replaces what the file says, for others to see who holds the lock. Not atomic for a reader.</summary>
    /// <param name="content">A few bytes, such as a process id.</param>
    public void WriteContent(ReadOnlySpan<byte> content)
    {
        RandomAccess.SetLength(_file, 0);
        RandomAccess.Write(_file, content, fileOffset: 0);
    }

    /// <summary>Gives the lock back. The file and its content stay.</summary>
    public void Dispose()
    {
        // Closing is not enough: a process that another thread is just starting has a copy of the descriptor until it
        // runs its program, and the lock lives as long as any copy.
        if (!_file.IsClosed)
            _ = LibC.FLock(_file, LibC.LockRelease);
        _file.Dispose();
    }

    private static bool TryLock(SafeFileHandle file, int operation, string path)
    {
        while (LibC.FLock(file, operation) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.TryAgain)
                return false;
            if (errno != Errno.Interrupted)
                throw new PosixException(errno, "flock", path);
        }

        return true;
    }
}
