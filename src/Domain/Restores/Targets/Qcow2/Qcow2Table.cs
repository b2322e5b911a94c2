using System.Buffers.Binary;
using LibvirtBackup.Interop.Nbd;

namespace LibvirtBackup.Restores.Targets.Qcow2;

/// <summary>One L2 table while its part of the disk is written.</summary>
internal sealed class Qcow2Table : IDisposable
{
    /// <summary>The entry's cluster is used once, so it may be overwritten in place.</summary>
    internal const ulong Copied = 1UL << 63;

    private const ulong ReadsAsZero = 1;
    private const int Subclusters = 32;

    private readonly Qcow2Geometry _geometry;
    private readonly long _start;

    internal Qcow2Table(Qcow2Geometry geometry, int index)
    {
        (_geometry, Index) = (geometry, index);
        _start = index * geometry.TableBytes;
        BytesLeft = geometry.BytesOf(index);
        Buffer = NativeBufferPool.Shared.Rent(geometry.Options.ClusterSizeBytes);
        Buffer.Span.Clear();
    }

    internal int Index { get; }

    /// <summary>The table's own place in the file; 0 while it has none, which a table of holes never gets.</summary>
    internal long HostOffset { get; set; }

    /// <summary>Bytes of disk that were not given yet.</summary>
    internal long BytesLeft { get; set; }

    internal NativeBuffer Buffer { get; }

    private int ClusterSize => _geometry.Options.ClusterSizeBytes;

    /// <summary>Where the cluster around <paramref name="offset"/> is in the file; 0 when it has no place.</summary>
    internal long GetCluster(long offset) => (long)(BinaryPrimitives.ReadUInt64BigEndian(EntryAt(offset)) & ~Copied);

    internal void SetCluster(long offset, long hostOffset) =>
        BinaryPrimitives.WriteUInt64BigEndian(EntryAt(offset), (ulong)hostOffset | Copied);

    /// <summary>Marks the subclusters of data within one cluster as present.</summary>
    internal void MarkData(long offset, long length)
    {
        if (_geometry.Options.ExtendedL2) Mark(offset, length, shift: 0);
    }

    /// <summary>
    /// Marks zeroes within one cluster. Where that takes a whole cluster, or a whole subcluster, and less is given, it
    /// stays a hole, or what is around it: that reads the same.
    /// </summary>
    internal void MarkZero(long offset, long length)
    {
        if (_geometry.Options.Version < 3) return;
        var isRest = offset + length == _geometry.SizeBytes;
        if (_geometry.Options.ExtendedL2)
            Mark(offset, isRest ? Units.RoundUp(length, ClusterSize / Subclusters) : length, shift: Subclusters);
        else if (offset % ClusterSize == 0 && (length == ClusterSize || isRest))
            BinaryPrimitives.WriteUInt64BigEndian(EntryAt(offset), ReadsAsZero);
    }

    public void Dispose() => Buffer.Dispose();

    private void Mark(long offset, long length, int shift)
    {
        var size = ClusterSize / Subclusters;
        var within = offset % ClusterSize;
        // Data may end within a subcluster, at the end of the disk; zeroes only count where they fill one.
        var (first, end) = shift == 0
            ? (within / size, Units.DivideUp(within + length, size))
            : (Units.DivideUp(within, size), (within + length) / size);
        var bits = 0UL;
        for (var i = first; i < end; i++) bits |= 1UL << (int)(i + shift);
        var bitmap = EntryAt(offset)[sizeof(ulong)..];
        BinaryPrimitives.WriteUInt64BigEndian(bitmap, BinaryPrimitives.ReadUInt64BigEndian(bitmap) | bits);
    }

    private Span<byte> EntryAt(long offset) =>
        Buffer.Span.Slice((int)((offset - _start) / ClusterSize) * _geometry.EntryBytes, _geometry.EntryBytes);
}
