using LibvirtBackup.Exports;
using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Views.Serving;

/// <summary>A metadata context of a view's disk, as QEMU tells it.</summary>
internal sealed class ViewMap(ViewLink link, string name) : IExportMap
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<NbdExtent>> ReadAsync(
        ByteRange range, int most, CancellationToken cancellationToken)
    {
        var status = await link.RunAsync(
            (connection, cancelled) => connection.GetBlockStatusAsync(range.Offset, range.Length, cancelled),
            cancellationToken).ConfigureAwait(false);
        var extents = status.GetExtents(name);
        return extents.Length <= most ? extents.ToArray() : extents[..most].ToArray();
    }
}
