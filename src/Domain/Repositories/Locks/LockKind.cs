namespace LibvirtBackup.Repositories.Locks;

/// <summary>What a lock is for.</summary>
internal enum LockKind
{
    /// <summary>Writes or reads for long; any number at a time. What it may need is not deleted meanwhile.</summary>
    Session,

    /// <summary>Deletes or replaces packs and indexes; one at a time.</summary>
    Maintenance,

    /// <summary>Removes a point; any number at a time. Who begins to use that point waits.</summary>
    Removal,
}
