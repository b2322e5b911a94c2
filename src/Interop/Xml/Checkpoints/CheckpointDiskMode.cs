namespace LibvirtBackup.Interop.Xml;

/// <summary>Whether a checkpoint covers a disk. Values that this library does not know pass through.</summary>
/// <param name="Value">The value as libvirt spells it.</param>
public readonly record struct CheckpointDiskMode(string Value)
{
    /// <summary>The disk is left out.</summary>
    public static readonly CheckpointDiskMode No = new("no");

    /// <summary>Writes since the checkpoint are recorded in a bitmap.</summary>
    public static readonly CheckpointDiskMode Bitmap = new("bitmap");

    /// <summary>The value as libvirt spells it.</summary>
    public override string ToString() => Value;
}
