namespace LibvirtBackup.Interop.Xml;

/// <summary>A file of the host.</summary>
public sealed record FileDiskSource : DiskSource
{
    /// <summary>Absolute path.</summary>
    public required string Path { get; init; }

    /// <inheritdoc/>
    public override DiskStorageType Type => DiskStorageType.File;

    private protected override void Write(ElementWriter writer) => writer.Attribute("file", Path);
}
