using System.Buffers.Binary;

namespace LibvirtBackup.Restores.Targets.Qcow2;

/// <summary>
/// The reference counts of an image in which every cluster from the first to the last is used once: blocks of counts,
/// and the table that says where the blocks are, both at the end of the file.
/// </summary>
internal readonly record struct Qcow2Refcounts
{
    /// <param name="usedClusters">The clusters before.</param>
    /// <param name="options">The image's.</param>
    internal Qcow2Refcounts(long usedClusters, Qcow2Options options)
    {
        FirstCluster = usedClusters;
        var countsPerBlock = options.ClusterSizeBytes * 8L / options.RefcountBits;
        var blocksPerTableCluster = options.ClusterSizeBytes / sizeof(ulong);
        // Blocks and table count themselves too.
        while (true)
        {
            var blocks = Units.DivideUp(usedClusters + BlockCount + TableClusters, countsPerBlock);
            var table = Units.DivideUp(blocks, blocksPerTableCluster);
            if (blocks == BlockCount && table == TableClusters) break;
            (BlockCount, TableClusters) = (blocks, (int)table);
        }

        CountsPerBlock = countsPerBlock;
    }

    /// <summary>Where the blocks begin; the table follows them.</summary>
    internal long FirstCluster { get; }

    internal long BlockCount { get; }

    internal int TableClusters { get; }

    internal long CountsPerBlock { get; }

    internal long EndCluster => FirstCluster + BlockCount + TableClusters;

    /// <summary>Fills a block with as many ones as clusters are left for it.</summary>
    internal void WriteBlock(long index, Span<byte> block, int refcountBits)
    {
        var count = Math.Min(CountsPerBlock, EndCluster - (index * CountsPerBlock));
        block.Clear();
        if (refcountBits >= 8)
        {
            var bytes = refcountBits / 8;
            for (var i = 0; i < count; i++) block[((i + 1) * bytes) - 1] = 1; // big-endian
            return;
        }

        // Within a byte the counts go from the lowest bits up.
        for (var i = 0; i < count; i++) block[(int)((long)i * refcountBits / 8)] |= (byte)(1 << (i * refcountBits % 8));
    }

    /// <summary>Fills one cluster of the table.</summary>
    internal void WriteTable(int index, Span<byte> cluster)
    {
        cluster.Clear();
        var perCluster = cluster.Length / sizeof(ulong);
        for (var i = 0; i < perCluster; i++)
        {
            var block = ((long)index * perCluster) + i;
            if (block >= BlockCount) return;
            BinaryPrimitives.WriteInt64BigEndian(
                cluster[(i * sizeof(ulong))..], (FirstCluster + block) * cluster.Length);
        }
    }
}
