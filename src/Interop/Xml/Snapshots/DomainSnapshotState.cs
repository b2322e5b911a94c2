namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// State of the domain at the moment of the snapshot. Values that this library does not know pass through.
/// </summary>
/// <param name="Value">The value as libvirt spells it.</param>
public readonly record struct DomainSnapshotState(string Value)
{
    /// <summary>Running.</summary>
    public static readonly DomainSnapshotState Running = new("running");

    /// <summary>Blocked on a resource.</summary>
    public static readonly DomainSnapshotState Blocked = new("blocked");

    /// <summary>Paused.</summary>
    public static readonly DomainSnapshotState Paused = new("paused");

    /// <summary>Being shut down.</summary>
    public static readonly DomainSnapshotState Shutdown = new("shutdown");

    /// <summary>Shut off.</summary>
    public static readonly DomainSnapshotState Shutoff = new("shutoff");

    /// <summary>Crashed.</summary>
    public static readonly DomainSnapshotState Crashed = new("crashed");

    /// <summary>Not saved: only the disks are in the snapshot.</summary>
    public static readonly DomainSnapshotState DiskSnapshot = new("disk-snapshot");

    /// <summary>The value as libvirt spells it.</summary>
    public override string ToString() => Value;
}
