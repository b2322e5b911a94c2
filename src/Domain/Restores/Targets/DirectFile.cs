using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Interop.Posix;
using Microsoft.Win32.SafeHandles;

namespace LibvirtBackup.Restores.Targets;

/// <summary>
/// A file or device that is written past the page cache where that is possible: a restored disk is written once and
/// read later, and filling the cache with it costs more than half of the time.
/// </summary>
internal sealed class DirectFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>So that a long zeroing can be cancelled.</summary>
    private const long ZeroStepBytes = Units.GiB;

    private readonly WriteThreads _threads = new();
    private readonly string _path;
    private readonly SafeFileHandle _file;

    /// <summary>For what is not aligned, the end of a disk, and for reading.</summary>
    private readonly SafeFileHandle _buffered;

    private readonly bool _isDirect;
    private long _writtenEnd;

    private DirectFile(string path, SafeFileHandle file, SafeFileHandle buffered)
    {
        (_path, _file, _buffered) = (path, file, buffered);
        _isDirect = PosixFile.TrySetDirect(file, on: true);
    }

    /// <summary>Makes a new file, which only its owner can read.</summary>
    internal static DirectFile Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = OwnerOnly,
        };
        new FileStream(path, options).Dispose();
        return new DirectFile(path, OpenShared(path), OpenShared(path));
    }

    /// <summary>Opens a block device that nothing else has mounted or uses as a part.</summary>
    /// <exception cref="PosixException">It is in use, or cannot be opened.</exception>
    internal static DirectFile OpenDevice(string path) => new(path, PosixFile.OpenDevice(path), OpenShared(path));

    /// <summary>Sets the length, once all is written or nothing is yet; what was written is never cut off.</summary>
    internal void SetLength(long length)
    {
        if (length < Volatile.Read(ref _writtenEnd))
            throw new InvalidOperationException($"'{_path}' would be cut to {length} bytes, and more was written");
        RandomAccess.SetLength(_buffered, length);
    }

    /// <summary>
    /// Takes the room of a range, so that the writes into it need not wait for each other to find some; the file grows
    /// to its end. Nothing is done where the file system cannot.
    /// </summary>
    /// <exception cref="BackupException">There is no room.</exception>
    internal void Reserve(long offset, long length)
    {
        try
        {
            _ = PosixFile.TryExtend(_buffered, offset, length);
        }
        catch (PosixException e) when (e.Errno == Errno.NoSpace)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"the file system of '{_path}' has no room for {SizeText.Format(length)} more; free some space there, "
                + "or give another directory",
                e);
        }
    }

    internal ValueTask WriteAsync(long offset, NativeBuffer data, int start, int length)
    {
        NoteWritten(offset + length);
        return _threads.WriteAsync(
            IsAligned(offset, length, start) ? _file : _buffered, offset, data, start, length);
    }

    /// <summary>Reads through the page cache.</summary>
    /// <exception cref="EndOfStreamException">The file ends before the range does.</exception>
    internal void Read(long offset, Span<byte> target)
    {
        while (target.Length > 0)
        {
            var count = RandomAccess.Read(_buffered, target, offset);
            if (count == 0) throw new EndOfStreamException($"'{_path}' ends at byte {offset}");
            target = target[count..];
            offset += count;
        }
    }

    /// <summary>Frees a range; where that is not possible, zeroes it.</summary>
    internal ValueTask PunchHoleAsync(long offset, long length, CancellationToken cancellationToken) =>
        ClearAsync(offset, length, PosixFile.TryPunchHole, cancellationToken);

    /// <summary>Zeroes a range and keeps it allocated; false, and nothing done, where the file system cannot.</summary>
    internal bool TryZero(long offset, long length) => Try(PosixFile.TryZeroRange, offset, length);

    /// <summary>Zeroes a range without sending zeroes, where that is possible.</summary>
    internal ValueTask ZeroAsync(long offset, long length, CancellationToken cancellationToken) =>
        ClearAsync(offset, length, static (_, _, _) => false, cancellationToken);

    internal void Flush() => RandomAccess.FlushToDisk(_file);

    public void Dispose()
    {
        _threads.Dispose();
        _file.Dispose();
        _buffered.Dispose();
    }

    private static SafeFileHandle OpenShared(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    private void NoteWritten(long end)
    {
        for (var known = Volatile.Read(ref _writtenEnd); known < end;)
        {
            var now = Interlocked.CompareExchange(ref _writtenEnd, end, known);
            if (now == known) return;
            known = now;
        }
    }

    private bool IsAligned(long offset, long length, int start) =>
        _isDirect && ((offset | length | (long)start) & (PosixFile.DirectAlignment - 1)) == 0;

    private async ValueTask ClearAsync(
        long offset, long length, Func<SafeFileHandle, long, long, bool> clear, CancellationToken cancellationToken)
    {
        for (var end = offset + length; offset < end; offset += ZeroStepBytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = Math.Min(ZeroStepBytes, end - offset);
            if (!Try(clear, offset, part) && !Try(PosixFile.TryZeroRange, offset, part))
                await WriteZeroesAsync(offset, part, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A device wants whole blocks, and says so by EINVAL.</summary>
    private bool Try(Func<SafeFileHandle, long, long, bool> clear, long offset, long length)
    {
        try
        {
            return clear(_buffered, offset, length);
        }
        catch (PosixException e) when (e.Errno == Errno.Invalid)
        {
            return false;
        }
    }

    private async ValueTask WriteZeroesAsync(long offset, long length, CancellationToken cancellationToken)
    {
        using var zeroes = NativeBufferPool.Shared.Rent((int)Math.Min(length, Units.MiB));
        zeroes.Span.Clear();
        for (var end = offset + length; offset < end; offset += zeroes.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await WriteAsync(offset, zeroes, 0, (int)Math.Min(zeroes.Length, end - offset)).ConfigureAwait(false);
        }
    }
}
