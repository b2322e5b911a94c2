using LibvirtBackup.Repositories.Differences;

namespace LibvirtBackup.Cli.Repositories;

/// <summary>
/// Takes the extents of <c>diff</c> as they are found: there may be millions, so none is kept. Called in this order,
/// the middle three per disk.
/// </summary>
internal interface IDiffOutput : IDisposable
{
    /// <summary>Before everything.</summary>
    void Begin(PointComparison comparison);

    /// <summary>Before the extents of a disk.</summary>
    void BeginDisk(string disk);

    /// <summary>An extent.</summary>
    void Write(string disk, DifferentExtent extent);

    /// <summary>After the extents of a disk.</summary>
    void EndDisk(string disk, DiffTotals totals);

    /// <summary>After everything.</summary>
    void End();
}
