namespace LibvirtBackup.Checkpoints;

/// <summary>What goes when a checkpoint is deleted.</summary>
public sealed record CheckpointDeletion
{
    /// <summary>All that follow it go as well; not with <see cref="ChildrenOnly"/>.</summary>
    public bool Children { get; init; }

    /// <summary>It stays and all that follow it go.</summary>
    public bool ChildrenOnly { get; init; }

    /// <summary>Only libvirt's description goes; the bitmaps stay on the disks, without an owner.</summary>
    public bool MetadataOnly { get; init; }
}
