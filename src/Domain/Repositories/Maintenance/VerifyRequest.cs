namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>What to verify.</summary>
public sealed record VerifyRequest
{
    /// <summary>Ids of points, or enough of their beginnings; empty for all, and all that is stored.</summary>
    public IReadOnlyList<string> Points { get; init; } = [];

    /// <summary>How much is read; default <see cref="VerifyDepth.Full"/>.</summary>
    public VerifyDepth Depth { get; init; } = VerifyDepth.Full;

    /// <summary>For a sample: how many of 100 blobs are read; more than 0, at most 100; default 10.</summary>
    public double SamplePercent { get; init; } = 10;

    internal void Validate()
    {
        if (Depth == VerifyDepth.Sample && SamplePercent is not (> 0 and <= 100))
            throw new BackupException(FailureKind.Usage, "a sample must be more than 0 and at most 100 percent");
    }
}
