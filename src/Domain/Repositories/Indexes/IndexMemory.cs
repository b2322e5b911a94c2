namespace LibvirtBackup.Repositories.Indexes;

/// <summary>How much of the indexes may be held in memory, over all of them. Thread-safe.</summary>
/// <param name="limitBytes">The limit, in bytes.</param>
internal sealed class IndexMemory(long limitBytes)
{
    private long _taken;

    /// <summary>Takes a share, or takes nothing when it is too large.</summary>
    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= limitBytes) return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    /// <summary>Gives a share back.</summary>
    internal void Return(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
