namespace LibvirtBackup.ImageSets;

/// <summary>Which restore points are to be written as images. Data only.</summary>
internal sealed record ImageExportRequest
{
    /// <summary>The restore point's id, or a prefix of it that fits one point only.</summary>
    public required string Point { get; init; }

    /// <summary>The directory of the image set; it belongs to one domain.</summary>
    public required string Directory { get; init; }

    /// <summary>True to write the points that it builds on too, each as what differs from the one before.</summary>
    public bool WithChain { get; init; }
}
