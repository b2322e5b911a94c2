using System.Buffers.Binary;
using System.Numerics;

namespace LibvirtBackup.Restores.Targets.Qcow2;

/// <summary>The beginning of an image.</summary>
internal static class Qcow2Header
{
    private const ulong ExtendedL2 = 1 << 4;
    private const ulong LazyRefcounts = 1;
    private const int Version3Length = 112;
    private const int SectorBytes = 512;

    /// <summary>Fills <paramref name="cluster"/>, the first of the image, which is all zeroes.</summary>
    internal static void Write(
        Span<byte> cluster, Qcow2Geometry geometry, long refcountTableOffset, int refcountTableClusters)
    {
        var options = geometry.Options;
        "QFI\xfb"u8[..3].CopyTo(cluster);
        cluster[3] = 0xfb;
        BinaryPrimitives.WriteInt32BigEndian(cluster[4..], options.Version);
        BinaryPrimitives.WriteInt32BigEndian(cluster[20..], geometry.ClusterBits);
        // QEMU counts in sectors; what is beyond the disk's end reads as zeroes.
        BinaryPrimitives.WriteInt64BigEndian(cluster[24..], Units.RoundUp(geometry.SizeBytes, SectorBytes));
        BinaryPrimitives.WriteInt32BigEndian(cluster[36..], geometry.L1Entries);
        BinaryPrimitives.WriteInt64BigEndian(cluster[40..], options.ClusterSizeBytes);
        BinaryPrimitives.WriteInt64BigEndian(cluster[48..], refcountTableOffset);
        BinaryPrimitives.WriteInt32BigEndian(cluster[56..], refcountTableClusters);
        if (options.Version == 2) return;
        BinaryPrimitives.WriteUInt64BigEndian(cluster[72..], options.ExtendedL2 ? ExtendedL2 : 0);
        BinaryPrimitives.WriteUInt64BigEndian(cluster[80..], options.LazyRefcounts ? LazyRefcounts : 0);
        BinaryPrimitives.WriteInt32BigEndian(cluster[96..], BitOperations.Log2((uint)options.RefcountBits));
        BinaryPrimitives.WriteInt32BigEndian(cluster[100..], Version3Length);
    }
}
