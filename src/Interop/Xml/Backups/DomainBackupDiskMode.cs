namespace LibvirtBackup.Interop.Xml;

/// <summary>How much of one disk a backup job covers. Values that this library does not know pass through.</summary>
/// <param name="Value">The value as libvirt spells it.</param>
public readonly record struct DomainBackupDiskMode(string Value)
{
    /// <summary>The whole disk.</summary>
    public static readonly DomainBackupDiskMode Full = new("full");

    /// <summary>What changed since a checkpoint.</summary>
    public static readonly DomainBackupDiskMode Incremental = new("incremental");

    /// <summary>The value as libvirt spells it.</summary>
    public override string ToString() => Value;
}
