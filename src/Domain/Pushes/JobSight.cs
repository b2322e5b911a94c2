namespace LibvirtBackup.Pushes;

/// <summary>What one look says of a job of ours.</summary>
internal enum JobSight
{
    /// <summary>It runs, or is just ending.</summary>
    Running,

    /// <summary>It has ended, and libvirt has told how.</summary>
    Ended,

    /// <summary>Other jobs ended too: which end is ours nobody can tell.</summary>
    Mixed,

    /// <summary>It has ended, and libvirt has not told how, or not yet.</summary>
    Untold,
}
