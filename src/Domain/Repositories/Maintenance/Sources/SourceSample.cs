namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>
/// How much is compared of what no bitmap says was written. What a bitmap reported, and the point stored, is always
/// compared.
/// </summary>
internal sealed record SourceSample
{
    /// <summary>
    /// How many of 100 chunks; more than 0, at most 100. Null for as many as it takes to see, with a probability of
    /// 99 %, that some are different where 0.1 % are; all, where that is more than half of them.
    /// </summary>
    public double? Percent { get; init; }

    /// <summary>What the choice follows from: the same disks and the same seed give the same chunks.</summary>
    public required int Seed { get; init; }

    internal void Validate()
    {
        if (Percent is not (null or (> 0 and <= 100)))
            throw new BackupException(FailureKind.Usage, "a sample must be more than 0 and at most 100 percent");
    }

    /// <summary>The number of chunks to compare.</summary>
    internal long SizeFor(long chunks) => Percent is { } percent
        ? Math.Min(chunks, (long)Math.Ceiling(chunks * (percent / 100)))
        : SampleConfidence.SizeFor(chunks) is var size && size > chunks / 2 ? chunks : size;
}
