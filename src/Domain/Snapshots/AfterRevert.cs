namespace LibvirtBackup.Snapshots;

/// <summary>What a domain does after it was reverted.</summary>
internal enum AfterRevert
{
    /// <summary>What it did at the snapshot: one of disks alone is shut off.</summary>
    AsThen,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It is paused.</summary>
    Paused,
}
