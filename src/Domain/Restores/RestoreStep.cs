namespace LibvirtBackup.Restores;

/// <summary>The durable steps of a restore, each of which a crash may follow.</summary>
internal enum RestoreStep
{
    /// <summary>No other restore writes to these places.</summary>
    LockTaken,

    /// <summary>An empty file lies under its temporary name.</summary>
    PartialCreated,

    /// <summary>A disk that is written in place, or is about to get its name, is marked as unfinished.</summary>
    MarkWritten,

    /// <summary>A disk is complete and on stable storage.</summary>
    DiskFlushed,

    /// <summary>A new disk has its name.</summary>
    DiskNamed,

    /// <summary>All names are on stable storage.</summary>
    NamesFlushed,

    /// <summary>A file beside the disks has its name.</summary>
    FileWritten,

    /// <summary>libvirt knows the domain.</summary>
    DomainDefined,

    /// <summary>A disk is finished.</summary>
    MarkRemoved,
}
