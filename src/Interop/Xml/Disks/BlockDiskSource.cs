namespace LibvirtBackup.Interop.Xml;

/// <summary>A block device of the host.</summary>
public sealed record BlockDiskSource : DiskSource
{
    /// <summary>Absolute path of the device.</summary>
    public required string Path { get; init; }

    /// <inheritdoc/>
    public override DiskStorageType Type => DiskStorageType.Block;

    private protected override void Write(ElementWriter writer) => writer.Attribute("dev", Path);
}
