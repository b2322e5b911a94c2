using LibvirtBackup.Backups;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Benchmarks;

/// <summary>
/// A repository of two points of one full disk, between which chunks have changed: what listing them costs. There are
/// the disks' maps and no data, which nobody asks for.
/// </summary>
internal static class TwoPoints
{
    /// <param name="directory">Where it is made.</param>
    /// <param name="gibibytes">The disk's size.</param>
    /// <param name="changed">How many chunks change.</param>
    /// <param name="run">How many of them lie side by side.</param>
    internal static async Task WriteAsync(string directory, int gibibytes, int changed, int run)
    {
        using var repository = await Repository.CreateAsync(
            directory, new RepositoryOptions(), TimeProvider.System, CancellationToken.None);
        var shape = new MapShape((long)gibibytes * Units.GiB, repository.ChunkSizeBytes);
        var random = new Random(changed);
        var dirty = new HashSet<long>();
        while (dirty.Count < changed)
        {
            var start = random.NextInt64(shape.ChunkCount / run) * run;
            for (var i = 0; i < run && dirty.Count < changed; i++) dirty.Add(start + i);
        }

        await CommitAsync(repository, shape, 1, chunk => Entry(chunk, 1));
        await CommitAsync(repository, shape, 2, chunk => Entry(chunk, dirty.Contains(chunk) ? 2UL : 1UL));
    }

    private static async Task CommitAsync(
        Repository repository, MapShape shape, int sequence, Func<long, MapEntry> entry)
    {
        await using var writer = await repository.BeginWriteAsync("benchmark", CancellationToken.None);
        var builder = new DiskMapBuilder(writer, shape);
        for (var leaf = 0L; leaf < shape.LeafCount; leaf++)
        {
            var entries = new MapEntry[shape.EntryCount(0, leaf)];
            for (var i = 0; i < entries.Length; i++) entries[i] = entry((leaf * MapNode.Width) + i);
            await builder.SetLeafAsync(leaf, entries, CancellationToken.None);
        }

        var root = await builder.FinishAsync(CancellationToken.None);
        await writer.FinishAsync(CancellationToken.None);
        var point = ManyPoints.Make(repository.Id, sequence) with { Disks = [Disk(shape.SizeBytes, root)] };
        await repository.CommitAsync(point, CancellationToken.None);
    }

    /// <summary>Ids do not compress.</summary>
    private static MapEntry Entry(long chunk, ulong version)
    {
        var mixed = ((ulong)chunk * 0x9e3779b97f4a7c15) ^ (version * 0xbf58476d1ce4e5b9);
        return MapEntry.Data(new ChunkId(
            mixed * 0x94d049bb133111eb, mixed * 0xd6e8feb86659fd93, mixed * 0xff51afd7ed558ccd,
            mixed * 0xc4ceb9fe1a85ec53));
    }

    private static RestorePointDisk Disk(long sizeBytes, MapEntry root) => new()
    {
        Name = "vda",
        VirtualSizeBytes = sizeBytes,
        Format = "qcow2",
        Level = BackupLevel.Full,
        Reason = null,
        Root = root.ToString(),
        DirtyMap = null,
        ReadBytes = 0,
        DirtyBytes = 0,
        StoredBytes = 0,
    };
}
