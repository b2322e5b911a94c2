using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories.Differences;

namespace LibvirtBackup.Exports.Points;

/// <summary>
/// <c>qemu:dirty-bitmap:POINT</c>: what of a point's disk is another one than at another point, as QEMU tells it of its
/// bitmaps. It is found when first asked for.
/// </summary>
internal sealed class ChangedMap : IExportMap
{
    private readonly MadeOnce<RangeSet> _changed;

    /// <param name="comparison">The two points.</param>
    /// <param name="disk">The disk.</param>
    internal ChangedMap(PointComparison comparison, string disk)
    {
        Name = $"qemu:dirty-bitmap:{comparison.Before.Id}";
        var size = comparison.After.Disks.First(d => d.Name == disk).VirtualSizeBytes;
        _changed = new MadeOnce<RangeSet>(() => FindAsync(comparison, disk, size));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<NbdExtent>> ReadAsync(
        ByteRange range, int most, CancellationToken cancellationToken)
    {
        var changed = await _changed.GetAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        var found = new ExtentList(range, most);
        var next = range.Offset;
        foreach (var dirty in changed.From(range.Offset))
        {
            if (dirty.Offset > next && !found.TryAdd(dirty.Offset - next, 0)) return found.Extents;
            if (!found.TryAdd(dirty.End - Math.Max(dirty.Offset, next), NbdExtent.Dirty)) return found.Extents;
            next = dirty.End;
        }

        found.TryAdd(range.End - next, 0);
        return found.Extents;
    }

    private static async Task<RangeSet> FindAsync(PointComparison comparison, string disk, long sizeBytes)
    {
        var changed = new RangeSet();
        await foreach (var extent in comparison.FindAsync(disk, CancellationToken.None).ConfigureAwait(false))
        {
            var length = Math.Min(extent.EndBytes, sizeBytes) - extent.OffsetBytes;
            if (length > 0) changed.Append(new ByteRange(extent.OffsetBytes, length));
        }

        return changed;
    }
}
