namespace LibvirtBackup.Backups;

/// <summary>How much of a disk is read from the guest. Every restore point is whole, whatever its level.</summary>
public enum BackupLevel
{
    /// <summary>Incremental where that is safe, else full, with the reason.</summary>
    Auto,

    /// <summary>Everything is read; starts a new generation.</summary>
    Full,

    /// <summary>What changed since the newest point of the track that has a checkpoint.</summary>
    Incremental,

    /// <summary>What changed since the last full point of the track.</summary>
    Differential,

    /// <summary>Everything is read, no checkpoint is made, and the track's schedule is not touched.</summary>
    Copy,
}
