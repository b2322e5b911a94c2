using LibvirtBackup.Repositories.Differences;

namespace LibvirtBackup.Cli.Repositories;

/// <summary>What <c>diff</c> found on one disk, in bytes.</summary>
internal sealed class DiffTotals
{
    private readonly long[] _bytes = new long[Enum.GetValues<DifferenceKind>().Length];

    /// <summary>The number of extents.</summary>
    internal long Extents { get; private set; }

    /// <summary>What a guest could see.</summary>
    internal long ChangedBytes { get; private set; }

    /// <summary>Bytes of extents of this kind.</summary>
    internal long this[DifferenceKind kind] => _bytes[(int)kind];

    /// <summary>Counts an extent.</summary>
    internal void Add(DifferentExtent extent)
    {
        Extents++;
        _bytes[(int)extent.Kind] += extent.LengthBytes;
        if (extent.ContentChanged)
            ChangedBytes += extent.LengthBytes;
    }
}
