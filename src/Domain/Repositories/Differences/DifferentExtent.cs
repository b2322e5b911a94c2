namespace LibvirtBackup.Repositories.Differences;

/// <summary>A range in which a disk is not the same at two points.</summary>
/// <param name="OffsetBytes">Where it begins; a multiple of the chunk size, but where a disk's end is inside.</param>
/// <param name="LengthBytes">Its length, more than 0.</param>
/// <param name="Kind">What the later point has there.</param>
/// <param name="ContentChanged">
/// False when a guest would read zeroes at both points: a hole has become written zeroes, or the reverse.
/// </param>
internal readonly record struct DifferentExtent(
    long OffsetBytes, long LengthBytes, DifferenceKind Kind, bool ContentChanged)
{
    /// <summary>The first byte behind it.</summary>
    public long EndBytes => OffsetBytes + LengthBytes;

    internal bool IsContinuedBy(DifferentExtent next) =>
        EndBytes == next.OffsetBytes && Kind == next.Kind && ContentChanged == next.ContentChanged;
}
