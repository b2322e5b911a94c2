namespace LibvirtBackup.Repositories;

/// <summary>What the guest's file systems were like at the instant of a point.</summary>
public enum PointConsistency
{
    /// <summary>
    /// As after a power cut at that instant: all that the guest had flushed is there, journals are to be replayed.
    /// </summary>
    Crash,

    /// <summary>Frozen by the guest: written out and consistent, nothing is to be replayed.</summary>
    FileSystem,
}
