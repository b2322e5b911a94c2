namespace LibvirtBackup.Recovery.Table;

/// <summary>The worst that is known of a bitmap on one disk, over all layers of its backing chain.</summary>
internal enum BitmapCondition
{
    /// <summary>The disk's top layer has none.</summary>
    Absent,

    /// <summary>Recording, stored in the image, consistent, and the audit has nothing against it.</summary>
    Valid,

    /// <summary>QEMU died while it had the image open: writes are missing.</summary>
    Inconsistent,

    /// <summary>Not recording: writes are missing.</summary>
    Disabled,

    /// <summary>Not stored in the image: it ends with this run of QEMU.</summary>
    Transient,

    /// <summary>Not of the granularity that it was made with: somebody made another one of the same name.</summary>
    WrongGranularity,

    /// <summary>It holds fewer changes than it must: somebody cleared or replaced it.</summary>
    Shrunk,

    /// <summary>libvirt cannot use it; why was not asked.</summary>
    Unusable,

    /// <summary>Nobody has looked, or could.</summary>
    Unseen,
}
