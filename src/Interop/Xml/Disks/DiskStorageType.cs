namespace LibvirtBackup.Interop.Xml;

/// <summary>Kind of storage that an image lives on. Values that this library does not know pass through.</summary>
/// <param name="Value">The value as libvirt spells it.</param>
public readonly record struct DiskStorageType(string Value)
{
    /// <summary>A file; libvirt's default.</summary>
    public static readonly DiskStorageType File = new("file");

    /// <summary>A block device of the host.</summary>
    public static readonly DiskStorageType Block = new("block");

    /// <summary>A network protocol.</summary>
    public static readonly DiskStorageType Network = new("network");

    /// <summary>A volume of a libvirt storage pool.</summary>
    public static readonly DiskStorageType Volume = new("volume");

    /// <summary>The value as libvirt spells it.</summary>
    public override string ToString() => Value;
}
