namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>What verify found.</summary>
public sealed record VerifyReport
{
    /// <summary>The points that were verified, oldest first.</summary>
    public required IReadOnlyList<VerifiedPoint> Points { get; init; }

    /// <summary>What is wrong and affects none of these points: copies of which another one is good, needless data.
    /// </summary>
    public required IReadOnlyList<VerifyProblem> Problems { get; init; }

    /// <summary>Blobs whose bytes were compared with their names.</summary>
    public required long CheckedBlobs { get; init; }

    /// <summary>Their bytes, as they are on the disks.</summary>
    public required long CheckedBytes { get; init; }

    /// <summary>What could not be done, one line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>True when nothing is wrong.</summary>
    public bool IsGood => Problems.Count == 0 && Points.All(point => point.IsGood);
}
