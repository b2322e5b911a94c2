namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>How a point compares with the live disks.</summary>
internal sealed record SourceReport
{
    /// <summary>The point.</summary>
    public required string Point { get; init; }

    /// <summary>Its domain's name at that time.</summary>
    public required string Domain { get; init; }

    /// <summary>What the choice of compared chunks followed from.</summary>
    public required int Seed { get; init; }

    /// <summary>The point's disks.</summary>
    public required IReadOnlyList<SourceDiskReport> Disks { get; init; }

    /// <summary>False when a disk differs where the guest has written nothing.</summary>
    public bool IsGood => Disks.All(disk => disk.Problems.Count == 0);
}
