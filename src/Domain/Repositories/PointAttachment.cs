namespace LibvirtBackup.Repositories;

/// <summary>A file beside the disks, stored as they are.</summary>
public sealed record PointAttachment
{
    /// <summary>What it is to the domain.</summary>
    public required AttachmentRole Role { get; init; }

    /// <summary>Where it was, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Its permission bits.</summary>
    public required int Mode { get; init; }

    /// <summary>The root of its map, as a disk has one.</summary>
    public required string Root { get; init; }
}
