using LibvirtBackup.Interop.Posix;
using LibvirtBackup.State;

namespace LibvirtBackup.Restores;

/// <summary>
/// Keeps other restores from the files that one restore writes, from before the first until after the last step: what
/// lies there unfinished is then a dead one's. A device is kept by being opened for one only.
/// </summary>
internal sealed class DestinationLocks : IDisposable
{
    private readonly List<FileLock> _held = [];

    private DestinationLocks()
    {
    }

    /// <exception cref="BackupException">Busy: another restore writes one of them.</exception>
    internal static DestinationLocks Take(IEnumerable<DiskDestination> disks)
    {
        var locks = new DestinationLocks();
        try
        {
            foreach (var disk in disks.Where(disk => !disk.IsDevice))
            {
                DurableFile.CreateDirectory(Path.GetDirectoryName(disk.Path)!);
                locks._held.Add(FileLock.TryAcquire(disk.LockPath) ?? throw new BackupException(
                    FailureKind.Busy,
                    $"another restore writes '{disk.Path}'; wait for it, or restore to another directory"));
            }

            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var held in _held)
        {
            try
            {
                File.Delete(held.Path); // while it is held: whoever waits for it sees that it is gone
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // An empty file that stays hinders nobody.
            }

            held.Dispose();
        }
    }
}
