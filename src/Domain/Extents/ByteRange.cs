namespace LibvirtBackup.Extents;

/// <summary>Bytes <see cref="Offset"/> up to, not including, <see cref="End"/>.</summary>
internal readonly record struct ByteRange(long Offset, long Length)
{
    internal long End => Offset + Length;

    internal bool Overlaps(ByteRange other) => Offset < other.End && other.Offset < End;
}
