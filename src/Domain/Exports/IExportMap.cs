using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Exports;

/// <summary>Says something about each range of a disk: a metadata context of NBD. Thread-safe.</summary>
internal interface IExportMap
{
    /// <summary>The context's name, such as <c>base:allocation</c>.</summary>
    string Name { get; }

    /// <summary>Describes a range from its start on.</summary>
    /// <param name="range">The range, not empty and within the disk.</param>
    /// <param name="most">How many extents are wanted at the most, at least one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>At least one extent; they follow each other, and do not reach beyond the range.</returns>
    ValueTask<IReadOnlyList<NbdExtent>> ReadAsync(ByteRange range, int most, CancellationToken cancellationToken);
}
