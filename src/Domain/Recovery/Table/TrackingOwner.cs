namespace LibvirtBackup.Recovery.Table;

/// <summary>Whose a checkpoint or bitmap is, by its name.</summary>
internal enum TrackingOwner
{
    /// <summary>This program's, for points of the repository that is open.</summary>
    ThisRepository,

    /// <summary>This program's, for points of another repository; also of every one while none is open.</summary>
    OtherRepository,

    /// <summary>Other people's, or QEMU's and libvirt's own.</summary>
    Foreign,
}
