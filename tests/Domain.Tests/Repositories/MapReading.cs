using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Domain.Tests.Repositories;

/// <summary>Reads what a map stands for, leaf by leaf and chunk by chunk: not as a restore does it.</summary>
internal static class MapReading
{
    internal static async Task<byte[]> ReadAllAsync(
        this DiskMap map, BlobReader reader, CancellationToken cancellationToken)
    {
        var bytes = new byte[map.Shape.SizeBytes];
        for (var leaf = 0L; leaf < map.Shape.LeafCount; leaf++)
        {
            var entries = await map.ReadLeafAsync(leaf, cancellationToken);
            for (var i = 0; i < entries.Length; i++)
            {
                if (entries[i].Kind != EntryKind.Data) continue;
                var chunk = (leaf * MapNode.Width) + i;
                var target = bytes.AsMemory(
                    (int)(chunk * map.Shape.ChunkSizeBytes), map.Shape.ChunkLength(chunk));
                await reader.ReadAsync(entries[i].Id, target, cancellationToken);
            }
        }

        return bytes;
    }
}
