namespace LibvirtBackup.Observation;

/// <summary>What the library was asked to do.</summary>
public enum OperationKind
{
    /// <summary>A restore point of a domain.</summary>
    Backup,

    /// <summary>Disks of a point.</summary>
    Restore,

    /// <summary>The check of a repository.</summary>
    Verify,

    /// <summary>Retention.</summary>
    Prune,

    /// <summary>The freeing of space.</summary>
    CollectGarbage,

    /// <summary>The comparison of notes, checkpoints and bitmaps.</summary>
    Examine,

    /// <summary>What was due by policies; their tasks are operations of this one.</summary>
    RunPolicies,
}
