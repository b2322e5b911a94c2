namespace LibvirtBackup.Repositories.Maintenance;

/// <summary>What a point needs besides the maps of its disks.</summary>
internal static class PointBlobs
{
    /// <summary>The blobs, each with the disk that it is about.</summary>
    /// <exception cref="InvalidDataException">The manifest has something that is no id.</exception>
    internal static IEnumerable<(string? Disk, ChunkId Id)> Of(RestorePoint point)
    {
        foreach (var disk in point.Disks)
            if (disk.DirtyMap is { } dirty)
                yield return (disk.Name, Parse(dirty));
    }

    private static ChunkId Parse(string text) =>
        ChunkId.TryParse(text, out var id) ? id : throw new InvalidDataException($"'{text}' is no id");
}
