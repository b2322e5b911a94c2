namespace LibvirtBackup.Interop.Xml;

/// <summary>
/// Where a snapshot keeps the state of a disk or of memory. Values that this library does not know pass through.
/// </summary>
/// <param name="Value">The value as libvirt spells it.</param>
public readonly record struct DomainSnapshotLocation(string Value)
{
    /// <summary>Not part of the snapshot.</summary>
    public static readonly DomainSnapshotLocation No = new("no");

    /// <summary>Inside the qcow2 image.</summary>
    public static readonly DomainSnapshotLocation Internal = new("internal");

    /// <summary>In a file of its own.</summary>
    public static readonly DomainSnapshotLocation External = new("external");

    /// <summary>Made by the user outside libvirt; since libvirt 8.2.0.</summary>
    public static readonly DomainSnapshotLocation Manual = new("manual");

    /// <summary>The value as libvirt spells it.</summary>
    public override string ToString() => Value;
}
