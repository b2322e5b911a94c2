namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>What gc did, or would do.</summary>
public sealed record GcReport
{
    /// <summary>Bytes of the files that were deleted; of a dry run, an estimate of what would be free afterwards.
    /// </summary>
    public required long RemovedBytes { get; init; }

    /// <summary>Files that were deleted, or would be.</summary>
    public required int RemovedObjects { get; init; }

    /// <summary>Bytes written to keep what is needed of files that were deleted.</summary>
    public required long WrittenBytes { get; init; }

    /// <summary>Bytes of packs that nobody needs, and that a later gc deletes: sessions at work may rely on them.
    /// </summary>
    public required long DeferredBytes { get; init; }

    /// <summary>What could not be done, one line each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
