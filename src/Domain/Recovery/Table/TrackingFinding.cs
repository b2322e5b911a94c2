namespace LibvirtBackup.Recovery.Table;

/// <summary>What is wrong, or not, with one checkpoint on one disk.</summary>
internal enum TrackingFinding
{
    /// <summary>An incremental backup may start from it.</summary>
    Healthy,

    /// <summary>There is neither checkpoint nor bitmap any more; the point, if any, is none the worse for it.</summary>
    Released,

    /// <summary>Not ours.</summary>
    Foreign,

    /// <summary>Ours, for another repository.</summary>
    OtherRepository,

    /// <summary>A run that was interrupted made it, and its point was never completed.</summary>
    Unfinished,

    /// <summary>A run was interrupted while it removed it.</summary>
    HalfRemoved,

    /// <summary>No restore point of this domain belongs to it.</summary>
    Orphan,

    /// <summary>Its restore point is damaged.</summary>
    DamagedPoint,

    /// <summary>libvirt has forgotten it, and the bitmap goes on recording.</summary>
    MetadataLost,

    /// <summary>libvirt knows it, and the disk has no bitmap of it.</summary>
    BitmapMissing,

    /// <summary>The bitmap was not closed cleanly.</summary>
    Inconsistent,

    /// <summary>The bitmap does not record.</summary>
    Disabled,

    /// <summary>The bitmap would be lost with QEMU.</summary>
    Transient,

    /// <summary>The bitmap is not the one that was made.</summary>
    WrongGranularity,

    /// <summary>The bitmap was cleared or replaced.</summary>
    Shrunk,

    /// <summary>libvirt cannot use the bitmap.</summary>
    Unusable,

    /// <summary>The bitmap could not be looked at.</summary>
    Unseen,
}
