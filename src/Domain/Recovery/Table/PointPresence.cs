namespace LibvirtBackup.Recovery.Table;

/// <summary>The restore point that was taken at the instant of a checkpoint.</summary>
internal enum PointPresence
{
    /// <summary>
    /// The repository has none of this domain: never completed, forgotten, or lost by going back to an older copy.
    /// </summary>
    Absent,

    /// <summary>It is there.</summary>
    Present,

    /// <summary>It is there, and was found damaged: nothing may build on it.</summary>
    Damaged,
}
