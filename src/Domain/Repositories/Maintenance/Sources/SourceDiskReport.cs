namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>How one disk compares.</summary>
internal sealed record SourceDiskReport
{
    private const int MostProblems = 1000;

    /// <summary>The disk.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes that were compared.</summary>
    public required long ComparedBytes { get; init; }

    /// <summary>Bytes that the guest has written since, or that a resize took; not compared.</summary>
    public required long ChangedBytes { get; init; }

    /// <summary>Bytes that were compared and differ.</summary>
    public required long DifferentBytes { get; init; }

    /// <summary>
    /// Why it is not known what the guest has written since, so that a difference means nothing; null when it is known.
    /// </summary>
    public required string? Untracked { get; init; }

    /// <summary>
    /// The checkpoint whose bitmap missed a change, so that the next backup reads the disk whole; null when there is
    /// none.
    /// </summary>
    public required string? Distrusted { get; init; }

    /// <summary>What can be said of what was not compared; null where a difference was found or means nothing.
    /// </summary>
    public required SourceConfidence? Confidence { get; init; }

    /// <summary>Where it differs though the guest has written nothing there: at most 1000.</summary>
    public required IReadOnlyList<VerifyProblem> Problems { get; init; }

    internal static SourceDiskReport Absent(string name) => new()
    {
        Name = name, ComparedBytes = 0, ChangedBytes = 0, DifferentBytes = 0, Problems = [],
        Untracked = "the domain does not have this disk any more", Distrusted = null, Confidence = null,
    };

    internal static SourceDiskReport Of(string name, string? checkpoint, string? untracked, ComparedDisk disk)
    {
        var isMissed = untracked is null && disk.Different.Count > 0;
        return new SourceDiskReport
        {
            Name = name,
            ComparedBytes = disk.ComparedBytes,
            ChangedBytes = disk.ChangedBytes,
            DifferentBytes = disk.Different.TotalBytes,
            Untracked = untracked,
            Distrusted = isMissed ? checkpoint : null,
            Confidence = untracked is null && !isMissed ? SourceConfidence.Of(disk) : null,
            Problems = !isMissed
                ? []
                : [.. disk.Different.Take(MostProblems).Select(range => new VerifyProblem(
                    name, range.Offset, range.Length, name,
                    "the live disk is another one here, though the guest has written nothing since the point"))],
        };
    }
}
