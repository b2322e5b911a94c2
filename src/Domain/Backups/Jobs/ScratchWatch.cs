using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.Backups.Jobs;

/// <summary>
/// Ends a copy and its job before the scratch images have filled their file system: QEMU fails a write of the guest
/// when it cannot keep what that overwrites, and no option of libvirt's jobs makes it fail the backup instead.
/// </summary>
internal sealed class ScratchWatch
{
    /// <summary>How much is left free at least, where the file system has room for it.</summary>
    internal const long MostReserve = 256 * Units.MiB;

    /// <summary>A small file system keeps a part of itself free.</summary>
    private const int ReservePart = 16;

    /// <summary>
    /// It takes some intervals to end a job, in which the guest may write as fast as it ever did.
    /// </summary>
    private const int IntervalsToEnd = 8;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly string _directory;
    private readonly Func<(long Free, long Total)?> _measure;
    private readonly TimeProvider _time;
    private long _fastest;

    /// <param name="directory">Where the scratch images are.</param>
    /// <param name="measure">The space of its file system, in bytes; null when it cannot be told.</param>
    /// <param name="time">The clock.</param>
    internal ScratchWatch(string directory, Func<(long Free, long Total)?> measure, TimeProvider time) =>
        (_directory, _measure, _time) = (directory, measure, time);

    /// <summary>
    /// Ends the job. A copy that was cancelled may still hang, in a repository that does not answer, and then nobody
    /// else would: the guest's writes come first.
    /// </summary>
    internal Func<Task> End { get; init; } = () => Task.CompletedTask;

    /// <summary>The space of a directory's file system; null when it cannot be told.</summary>
    internal static (long Free, long Total)? Measure(string directory)
    {
        try
        {
            var drive = new DriveInfo(directory);
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Refuses to begin where there is no room.</summary>
    /// <exception cref="BackupException">There is none.</exception>
    internal void RequireRoom()
    {
        if (_measure() is { } space && space.Free <= ReserveOf(space.Total))
            throw new BackupException(
                FailureKind.Failed,
                $"scratch directory '{_directory}' has {Mebibytes(space.Free)} left: too little to keep what the guest "
                + "overwrites meanwhile; free some space there, or give another --scratch directory");
    }

    /// <summary>
    /// Copies, and keeps what was copied. When the space goes to its end, the copy is given up; one that is complete is
    /// kept all the same, for it needs no job any more.
    /// </summary>
    /// <exception cref="BackupException">It was given up.</exception>
    internal async Task<T> GuardAsync<T>(
        Func<CancellationToken, Task<T>> copy, Func<T, Task> keep, CancellationToken cancellationToken)
    {
        using var copying = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var watching = new CancellationTokenSource();
        var watch = WatchAsync(copying, watching.Token);
        try
        {
            var copied = await CopyAsync(copy, copying, cancellationToken).ConfigureAwait(false);
            await keep(copied).ConfigureAwait(false);
            return copied;
        }
        finally
        {
            await watching.CancelAsync().ConfigureAwait(false);
            await watch.ConfigureAwait(false);
        }
    }

    private async Task<T> CopyAsync<T>(
        Func<CancellationToken, Task<T>> copy, CancellationTokenSource copying, CancellationToken cancellationToken)
    {
        try
        {
            return await copy(copying.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (copying.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var left = _measure() is { } space ? $"has only {Mebibytes(space.Free)} left" : "is nearly full";
            throw new BackupException(
                FailureKind.Failed,
                $"scratch directory '{_directory}' {left}: the backup was ended before QEMU would have failed the "
                + "guest's writes; no point was made, the next backup covers the gap; free some space there, or give "
                + "another --scratch directory",
                e);
        }
    }

    /// <summary>Whether it is time to end, with so much free now and so much before one interval.</summary>
    internal bool IsEnd(long free, long total, long freeBefore)
    {
        _fastest = Math.Max(_fastest, freeBefore - free);
        return free <= Math.Max(ReserveOf(total), IntervalsToEnd * _fastest);
    }

    /// <summary>How much of a file system is kept free.</summary>
    internal static long ReserveOf(long total) => Math.Min(total / ReservePart, MostReserve);

    private async Task WatchAsync(CancellationTokenSource copying, CancellationToken cancellationToken)
    {
        var before = _measure()?.Free;
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(s_interval, _time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_measure() is not { } now) continue;
            if (IsEnd(now.Free, now.Total, before ?? now.Free))
            {
                await copying.CancelAsync().ConfigureAwait(false);
                await TryEndAsync().ConfigureAwait(false);
                return;
            }

            before = now.Free;
        }
    }

    private async Task TryEndAsync()
    {
        try
        {
            await End().ConfigureAwait(false);
        }
        catch (Exception e) when (e is LibvirtException or BackupException)
        {
            // The clean-up tries again, and says what it could not do.
        }
    }

    private static string Mebibytes(long bytes) => $"{bytes / Units.MiB} MiB";
}
