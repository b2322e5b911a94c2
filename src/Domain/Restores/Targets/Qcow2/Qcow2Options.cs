using System.Globalization;
using System.Numerics;

namespace LibvirtBackup.Restores.Targets.Qcow2;

/// <summary>The properties of a new qcow2 image.</summary>
internal sealed record Qcow2Options
{
    /// <summary>Bytes per cluster, a power of two from 512 B to 2 MiB; default 64 KiB, as qemu-img has it.</summary>
    internal int ClusterSizeBytes { get; init; } = 64 * Units.KiB;

    /// <summary>2 (<c>compat=0.10</c>) or 3 (<c>compat=1.1</c>, the default).</summary>
    internal int Version { get; init; } = 3;

    /// <summary>Whether clusters have subclusters; needs version 3 and clusters of at least 16 KiB.</summary>
    internal bool ExtendedL2 { get; init; }

    /// <summary>Whether reference counts may be late on disk; needs version 3.</summary>
    internal bool LazyRefcounts { get; init; }

    /// <summary>Bits per reference count, a power of two from 1 to 64; other than 16 needs version 3.</summary>
    internal int RefcountBits { get; init; } = 16;

    /// <summary>The largest disk: QEMU takes an L1 table of 32 MiB at most.</summary>
    internal long LargestDiskBytes =>
        32L * Units.MiB / sizeof(ulong) * (ClusterSizeBytes / (ExtendedL2 ? 16 : 8)) * ClusterSizeBytes;

    /// <summary>What is wrong with the combination, or null.</summary>
    internal string? FindMistake()
    {
        if (!BitOperations.IsPow2(ClusterSizeBytes) || ClusterSizeBytes is < 512 or > 2 * Units.MiB)
            return string.Create(CultureInfo.InvariantCulture, $"a cluster size of {ClusterSizeBytes} bytes");
        if (Version is not (2 or 3)) return string.Create(CultureInfo.InvariantCulture, $"version {Version}");
        if (!BitOperations.IsPow2(RefcountBits) || RefcountBits is < 1 or > 64)
            return string.Create(CultureInfo.InvariantCulture, $"{RefcountBits} refcount bits");
        if (Version == 2 && (ExtendedL2 || LazyRefcounts || RefcountBits != 16))
            return "version 3 options in version 2";
        return ExtendedL2 && ClusterSizeBytes < 16 * Units.KiB ? "subclusters in clusters below 16 KiB" : null;
    }
}
