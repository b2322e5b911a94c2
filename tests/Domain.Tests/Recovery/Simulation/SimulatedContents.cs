using System.Runtime.InteropServices;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>What the disks of points hold, by the root of their maps; stands for a repository's chunks.</summary>
internal sealed class SimulatedContents
{
    private readonly Dictionary<string, int[]> _contents = new(StringComparer.Ordinal);

    internal MapEntry Add(int[] chunks)
    {
        var root = MapEntry.Data(ChunkId.Compute(MemoryMarshal.AsBytes(chunks.AsSpan())));
        _contents[root.ToString()] = chunks;
        return root;
    }

    internal int[] Get(RestorePointDisk disk) => _contents[disk.Root];
}
