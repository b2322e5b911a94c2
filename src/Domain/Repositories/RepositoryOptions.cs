using System.Numerics;
using LibvirtBackup.Repositories.Keys;

namespace LibvirtBackup.Repositories;

/// <summary>What is fixed when a repository is made.</summary>
public sealed record RepositoryOptions
{
    /// <summary>The smallest chunk: QEMU's default bitmap granularity.</summary>
    public const int MinimumChunkSizeBytes = 64 * Units.KiB;

    /// <summary>The largest chunk.</summary>
    public const int MaximumChunkSizeBytes = Units.MiB;

    /// <summary>The strongest compression.</summary>
    public const int MaximumCompressionLevel = 19;

    /// <summary>
    /// Bytes per chunk, a power of two from 64 KiB to 1 MiB; default 64 KiB, so that a changed block costs no more
    /// than QEMU tracks.
    /// </summary>
    public int ChunkSizeBytes { get; init; } = MinimumChunkSizeBytes;

    /// <summary>The zstd level, 1 (fast, the default) to 19 (small).</summary>
    public int CompressionLevel { get; init; } = 1;

    /// <summary>What opens the repository, which is then encrypted; null (the default) for one that is not.</summary>
    public RepositorySecret? Secret { get; init; }

    internal static bool IsChunkSize(int bytes) =>
        bytes is >= MinimumChunkSizeBytes and <= MaximumChunkSizeBytes && BitOperations.IsPow2(bytes);

    internal void Validate()
    {
        if (!IsChunkSize(ChunkSizeBytes))
            throw new BackupException(
                FailureKind.Usage,
                $"a chunk size of {ChunkSizeBytes} bytes is not possible; " +
                "choose 64KiB, 128KiB, 256KiB, 512KiB or 1MiB");
        if (CompressionLevel is < 1 or > MaximumCompressionLevel)
            throw new BackupException(
                FailureKind.Usage,
                $"there is no compression level {CompressionLevel}; choose 1 (fast) to {MaximumCompressionLevel} "
                + "(small)");
        if (Secret is not null) SlotKey.Validate(Secret);
    }
}
