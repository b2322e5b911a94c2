using LibvirtBackup.Extents;

namespace LibvirtBackup.Repositories.Maintenance.Sources;

/// <summary>What came out of comparing one live disk with a point.</summary>
internal sealed record ComparedDisk
{
    /// <summary>Bytes that were compared.</summary>
    internal required long ComparedBytes { get; init; }

    /// <summary>Bytes that QEMU says have been written since the point, and that were not compared.</summary>
    internal required long ChangedBytes { get; init; }

    /// <summary>Chunks with data that neither this point's map nor a bitmap says were written.</summary>
    internal required long OutsideChunks { get; init; }

    /// <summary>How many of these were compared.</summary>
    internal required long SampledChunks { get; init; }

    /// <summary>Where the disk is not what the point says, in whole chunks.</summary>
    internal required RangeSet Different { get; init; }
}
