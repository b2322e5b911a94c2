namespace LibvirtBackup.Recovery.Table;

/// <summary>
/// What is done about a finding: the first four are acts or the lack of need of one, the rest refusals.
/// </summary>
internal enum TrackingRepair
{
    /// <summary>Nothing is to be done.</summary>
    Nothing,

    /// <summary>
    /// libvirt is told of the checkpoint again; while the domain runs it proves the bitmap valid by that.
    /// </summary>
    Adopt,

    /// <summary>
    /// The bitmap is removed and the disk taken out of the checkpoint: it is read whole the next time.
    /// </summary>
    Remove,

    /// <summary>The disk is taken out of libvirt's checkpoint; there is no bitmap to remove.</summary>
    Forget,

    /// <summary>Refused: it is not ours to touch.</summary>
    LeaveToOwner,

    /// <summary>Refused for now: of a domain that is shut off, what cannot be seen is not changed.</summary>
    WaitForStart,

    /// <summary>Refused: the repository has to be repaired first.</summary>
    RepairRepository,

    /// <summary>Refused for now: what cannot be seen is not changed.</summary>
    LookAgain,
}
