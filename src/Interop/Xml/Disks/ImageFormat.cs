namespace LibvirtBackup.Interop.Xml;

/// <summary>Format of an image. Values that this library does not know pass through.</summary>
/// <param name="Value">The value as libvirt spells it.</param>
public readonly record struct ImageFormat(string Value)
{
    /// <summary>Bytes as the guest sees them.</summary>
    public static readonly ImageFormat Raw = new("raw");

    /// <summary>QEMU's format; the only one that can hold bitmaps.</summary>
    public static readonly ImageFormat Qcow2 = new("qcow2");

    /// <summary>The value as libvirt spells it.</summary>
    public override string ToString() => Value;
}
