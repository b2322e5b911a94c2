using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.Checkpoints;

/// <summary>A checkpoint in a list.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parent">The checkpoint before it, or null.</param>
/// <param name="CreationTime">When it was made, UTC, whole seconds.</param>
/// <param name="Disks">The disks that it records.</param>
public sealed record CheckpointSummary(
    string Name, string? Parent, DateTimeOffset CreationTime, IReadOnlyList<CheckpointDisk> Disks)
{
    /// <summary>The same with dirty bytes.</summary>
    internal CheckpointSummary With(IReadOnlyDictionary<BitmapOnDisk, long?> dirtyBytes) =>
        this with { Disks = [.. Disks.Select(disk => disk.With(dirtyBytes))] };
}
