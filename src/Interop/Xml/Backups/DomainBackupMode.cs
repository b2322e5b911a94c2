namespace LibvirtBackup.Interop.Xml;

/// <summary>Who moves the data of a backup job. Values that this library does not know pass through.</summary>
/// <param name="Value">The value as libvirt spells it.</param>
public readonly record struct DomainBackupMode(string Value)
{
    /// <summary>QEMU writes the backup itself; libvirt's default.</summary>
    public static readonly DomainBackupMode Push = new("push");

    /// <summary>QEMU serves a frozen view over NBD and the client reads it.</summary>
    public static readonly DomainBackupMode Pull = new("pull");

    /// <summary>The value as libvirt spells it.</summary>
    public override string ToString() => Value;
}
