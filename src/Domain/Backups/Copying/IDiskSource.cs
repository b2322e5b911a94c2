using LibvirtBackup.Extents;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Backups.Copying;

/// <summary>
/// A disk at one instant, to be read. Requests may overlap in time; nothing changes while it is open.
/// </summary>
internal interface IDiskSource
{
    /// <summary>The size that the guest sees, in bytes.</summary>
    long SizeBytes { get; }

    /// <summary>
    /// Adds to <paramref name="zero"/> where the disk reads as zeroes and takes no space, and to <paramref
    /// name="dirty"/>, unless null, what changed since the base checkpoint; both within <paramref name="range"/>, in
    /// ascending order.
    /// </summary>
    Task ReadMapAsync(ByteRange range, RangeSet zero, RangeSet? dirty, CancellationToken cancellationToken);

    /// <summary>Fills <paramref name="target"/> from <paramref name="offset"/> on.</summary>
    ValueTask ReadAsync(long offset, NativeBuffer target, CancellationToken cancellationToken);
}
