namespace LibvirtBackup.Interop.Xml;

/// <summary>A volume of a libvirt storage pool.</summary>
public sealed record VolumeDiskSource : DiskSource
{
    /// <summary>Name of the pool.</summary>
    public required string Pool { get; init; }

    /// <summary>Name of the volume in the pool.</summary>
    public required string Volume { get; init; }

    /// <inheritdoc/>
    public override DiskStorageType Type => DiskStorageType.Volume;

    private protected override void Write(ElementWriter writer) =>
        writer.Attribute("pool", Pool).Attribute("volume", Volume);
}
