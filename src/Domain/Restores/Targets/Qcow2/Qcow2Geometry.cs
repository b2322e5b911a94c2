using System.Numerics;

namespace LibvirtBackup.Restores.Targets.Qcow2;

/// <summary>What follows from an image's size and options; the names are those of QEMU's qcow2.txt.</summary>
internal readonly record struct Qcow2Geometry
{
    internal Qcow2Geometry(long sizeBytes, Qcow2Options options)
    {
        SizeBytes = sizeBytes;
        Options = options;
        EntryBytes = options.ExtendedL2 ? 16 : 8;
        TableEntries = options.ClusterSizeBytes / EntryBytes;
        TableBytes = (long)TableEntries * options.ClusterSizeBytes;
        L1Entries = (int)Math.Max(1, Units.DivideUp(sizeBytes, TableBytes));
        L1Clusters = Units.DivideUp(L1Entries * sizeof(ulong), options.ClusterSizeBytes);
    }

    internal long SizeBytes { get; }

    internal Qcow2Options Options { get; }

    internal int ClusterBits => BitOperations.Log2((uint)Options.ClusterSizeBytes);

    /// <summary>Bytes per entry of an L2 table.</summary>
    internal int EntryBytes { get; }

    /// <summary>Entries per L2 table, which is one cluster.</summary>
    internal int TableEntries { get; }

    /// <summary>Bytes of disk that one L2 table describes.</summary>
    internal long TableBytes { get; }

    internal int L1Entries { get; }

    internal long L1Clusters { get; }

    /// <summary>Bytes of disk that table <paramref name="index"/> describes; the last may be short.</summary>
    internal long BytesOf(int index) => Math.Min(TableBytes, SizeBytes - (index * TableBytes));
}
