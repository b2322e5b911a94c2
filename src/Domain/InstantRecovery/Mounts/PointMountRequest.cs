namespace LibvirtBackup.InstantRecovery.Mounts;

/// <summary>Which disk of which point is mounted, and where.</summary>
internal sealed record PointMountRequest
{
    /// <summary>The restore point's id, or a prefix of it that fits one point only.</summary>
    public required string Point { get; init; }

    /// <summary>The disk's target name; null where the point has one disk only.</summary>
    public string? Disk { get; init; }

    /// <summary>An empty directory, or one that does not exist yet.</summary>
    public required string Directory { get; init; }

    /// <summary>True for the disk itself as a file, which needs no root; false for its file systems.</summary>
    public bool AsImage { get; init; }
}
