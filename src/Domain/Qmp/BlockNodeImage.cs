namespace LibvirtBackup.Qmp;

/// <summary>The image behind a block node.</summary>
internal sealed record BlockNodeImage
{
    /// <summary>The file name as QEMU knows it.</summary>
    public required string Filename { get; init; }

    /// <summary>The image format, such as <c>qcow2</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The size that the guest sees, in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>The size on storage in bytes; null where QEMU can not tell.</summary>
    public long? ActualSize { get; init; }

    /// <summary>
    /// The image that this one reads through, be it a backing image or what a filter stands before; null for the last
    /// one, and for all in answers that tell of single nodes.
    /// </summary>
    public BlockNodeImage? BackingImage { get; init; }
}
