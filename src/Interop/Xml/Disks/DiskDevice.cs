namespace LibvirtBackup.Interop.Xml;

/// <summary>What a disk looks like to the guest. Values that this library does not know pass through.</summary>
/// <param name="Value">The value as libvirt spells it.</param>
public readonly record struct DiskDevice(string Value)
{
    /// <summary>A disk; libvirt's default.</summary>
    public static readonly DiskDevice Disk = new("disk");

    /// <summary>An optical drive; may be empty.</summary>
    public static readonly DiskDevice Cdrom = new("cdrom");

    /// <summary>A floppy drive; may be empty.</summary>
    public static readonly DiskDevice Floppy = new("floppy");

    /// <summary>A SCSI LUN passed through; QEMU cannot back it up.</summary>
    public static readonly DiskDevice Lun = new("lun");

    /// <summary>The value as libvirt spells it.</summary>
    public override string ToString() => Value;
}
