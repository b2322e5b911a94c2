using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Domain.Tests.Repositories.Differences;

/// <summary>A disk of chunks of 4 bytes, of which only the map exists.</summary>
internal sealed record SampleDisk(MapShape Shape, MapEntry[] Chunks)
{
    private const int ChunkSize = 4;

    internal static SampleDisk Of(int chunks, int cut, IEnumerable<SamplePart> parts)
    {
        var shape = new MapShape(Math.Max(0, (chunks * ChunkSize) - cut), ChunkSize);
        return parts.Aggregate(new SampleDisk(shape, new MapEntry[shape.ChunkCount]), (disk, part) => disk.With(part));
    }

    internal SampleDisk With(SamplePart part)
    {
        var chunks = (MapEntry[])Chunks.Clone();
        for (var i = part.Start; i < Math.Min(chunks.Length, part.Start + part.Length); i++)
        {
            // What a chunk of another length holds is another content.
            chunks[i] = part.Kind == EntryKind.Data
                ? MapEntry.Data(new ChunkId(part.Content, (ulong)i, (ulong)Shape.ChunkLength(i), 0))
                : new MapEntry(part.Kind, default);
        }

        return this with { Chunks = chunks };
    }

    internal async Task<MapEntry> StoreAsync(Repository repository, CancellationToken cancellationToken)
    {
        await using var writer = await repository.BeginWriteAsync("test", cancellationToken);
        var builder = new DiskMapBuilder(writer, Shape);
        for (var leaf = 0L; leaf < Shape.LeafCount; leaf++)
        {
            var entries = Chunks.AsMemory((int)leaf * MapNode.Width, Shape.EntryCount(0, leaf));
            await builder.SetLeafAsync(leaf, entries, cancellationToken);
        }

        var root = await builder.FinishAsync(cancellationToken);
        await writer.FinishAsync(cancellationToken);
        return root;
    }
}
