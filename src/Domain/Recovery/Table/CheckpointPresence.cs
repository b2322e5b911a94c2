namespace LibvirtBackup.Recovery.Table;

/// <summary>Whether libvirt knows a checkpoint of the name, and that it tracks the disk.</summary>
internal enum CheckpointPresence
{
    /// <summary>It does not.</summary>
    Absent,

    /// <summary>It does; that says nothing of the bitmap.</summary>
    Known,
}
