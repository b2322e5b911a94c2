namespace LibvirtBackup.Backups.Freezing;

/// <summary>Whether a guest is thawed.</summary>
internal enum ThawOutcome
{
    /// <summary>It is, by us.</summary>
    Thawed,

    /// <summary>Another process of ours had thawed it before.</summary>
    ThawedByOthers,

    /// <summary>It may still be frozen.</summary>
    Unknown,
}
