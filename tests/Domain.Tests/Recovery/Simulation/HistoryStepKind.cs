namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>What can happen to a domain between two looks.</summary>
internal enum HistoryStepKind
{
    /// <summary>The guest writes.</summary>
    Write,

    /// <summary>A backup of ours, perhaps interrupted.</summary>
    BackUp,

    /// <summary>'doctor --repair' of ours, perhaps interrupted.</summary>
    Examine,

    Start,

    ShutDown,

    KillQemu,

    /// <summary>Undefined and defined again, or made anew as a transient domain.</summary>
    LoseMetadata,

    /// <summary>To the other host, which has a state directory of its own; bitmaps go along, checkpoints do not.
    /// </summary>
    Migrate,

    /// <summary>Somebody deletes a checkpoint of ours, with its bitmaps or without.</summary>
    DeleteCheckpoint,

    /// <summary>Somebody changes a bitmap of ours through QEMU's monitor or qemu-img.</summary>
    Tamper,

    /// <summary>Somebody else's checkpoints, bitmaps and jobs come and go.</summary>
    Foreign,

    /// <summary>A restore of an older point over the domain's disks.</summary>
    Restore,

    /// <summary>An older copy of the repository comes back; or one is made.</summary>
    RollBack,

    LoseJournal,

    /// <summary>The images are given to a domain of another UUID, or back.</summary>
    ChangeIdentity,

    /// <summary>A point is forgotten, or found damaged.</summary>
    LosePoint,

    /// <summary>Images are exchanged, copied, or an older copy comes back.</summary>
    MoveImages,
}
