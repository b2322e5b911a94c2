namespace LibvirtBackup.Backups.Copying;

/// <summary>What to do about one chunk of a disk.</summary>
internal enum ChunkAction : byte
{
    /// <summary>Take the parent's entry: nothing says that it changed.</summary>
    Inherit,

    /// <summary>It reads as zeroes and takes no space, QEMU says.</summary>
    Hole,

    /// <summary>Read it.</summary>
    Read,

    /// <summary>Read it although nobody reported a change: the parent says hole, QEMU says data.</summary>
    ReadUnreported,

    /// <summary>Now a hole although nobody reported a change and the parent has data.</summary>
    HoleUnreported,
}
