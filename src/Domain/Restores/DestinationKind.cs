namespace LibvirtBackup.Restores;

/// <summary>How a disk is written.</summary>
internal enum DestinationKind
{
    /// <summary>A new file, which gets its name when every disk is complete.</summary>
    NewFile,

    /// <summary>A file of the right format and size: only what differs is written.</summary>
    ExistingFile,

    /// <summary>A block device that looks empty: everything is written.</summary>
    EmptyDevice,

    /// <summary>A block device with content: only what differs is written.</summary>
    UsedDevice,
}
