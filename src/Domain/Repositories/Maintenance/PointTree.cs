using LibvirtBackup.Repositories.Maps;

namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>Something that a point has a map of: a disk, or a file beside the disks.</summary>
/// <param name="Disk">The disk's name, or null.</param>
/// <param name="File">The file's path, or null.</param>
/// <param name="Shape">The form of the map.</param>
/// <param name="Root">The map.</param>
internal sealed record PointTree(string? Disk, string? File, MapShape Shape, MapEntry Root)
{
    /// <summary>All of a point.</summary>
    /// <exception cref="InvalidDataException">The manifest has something that cannot be.</exception>
    internal static IReadOnlyList<PointTree> Of(RestorePoint point, int chunkSizeBytes)
    {
        try
        {
            return
            [
                .. point.Disks.Select(disk => new PointTree(
                    disk.Name, null, new MapShape(disk.VirtualSizeBytes, chunkSizeBytes), MapEntry.Parse(disk.Root))),
                .. point.Attachments.Select(file => new PointTree(
                    null, file.Path, new MapShape(file.SizeBytes, chunkSizeBytes), MapEntry.Parse(file.Root))),
            ];
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"the manifest has an impossible size: {e.Message}", e);
        }
    }

    /// <summary>Blobs of a point that are in no map: what changed since its parent.</summary>
    /// <exception cref="InvalidDataException">The manifest has something that is no id.</exception>
    internal static IEnumerable<(string Disk, ChunkId Id)> DirtyMapsOf(RestorePoint point)
    {
        foreach (var disk in point.Disks)
            foreach (var part in disk.DirtyMap ?? [])
                yield return (disk.Name, ChunkId.TryParse(part, out var id)
                    ? id
                    : throw new InvalidDataException($"'{part}' is no id"));
    }
}
