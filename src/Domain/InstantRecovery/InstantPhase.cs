namespace LibvirtBackup.InstantRecovery;

/// <summary>How far a domain that runs from the repository is; each is noted durably before it begins.</summary>
internal enum InstantPhase
{
    /// <summary>It is being made; after a kill, what is there is thrown away. No guest ran yet.</summary>
    Preparing,

    /// <summary>It is defined, and a guest may have written: only the user throws that away.</summary>
    Running,

    /// <summary>It is being thrown away, as the user wanted; after a kill that is completed.</summary>
    Discarding,
}
