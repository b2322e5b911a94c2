namespace LibvirtBackup.Recovery.Table;

/// <summary>
/// All that is known of one checkpoint on one disk: the join of journal, repository, libvirt and image.
/// </summary>
internal readonly record struct TrackingState(
    TrackingOwner Owner,
    JournalMark Journal,
    PointPresence Point,
    CheckpointPresence Checkpoint,
    BitmapCondition Bitmap,
    bool IsRunning);
