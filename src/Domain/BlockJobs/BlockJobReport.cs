namespace LibvirtBackup.BlockJobs;

/// <summary>What a block job has done.</summary>
internal sealed record BlockJobReport
{
    /// <summary>The domain's name.</summary>
    public required string Domain { get; init; }

    /// <summary>The disk.</summary>
    public required string Disk { get; init; }

    /// <summary>The images of the disk now, the one that the guest writes first.</summary>
    public required IReadOnlyList<string> Images { get; init; }

    /// <summary>Every checkpoint of the disk, whoever made it.</summary>
    public required IReadOnlyList<CheckpointAfterJob> Checkpoints { get; init; }

    /// <summary>Names of bitmaps that libvirt would have dropped, and that were carried over.</summary>
    public required IReadOnlyList<string> CarriedBitmaps { get; init; }

    /// <summary>What the user has to know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
