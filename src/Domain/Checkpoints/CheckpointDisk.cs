using LibvirtBackup.Bitmaps;

namespace LibvirtBackup.Checkpoints;

/// <summary>A disk that a checkpoint records.</summary>
/// <param name="Name">The target name (<c>vda</c>).</param>
/// <param name="Bitmap">The bitmap on the disk.</param>
/// <param name="DirtyBytes">
/// Bytes that an incremental backup since the checkpoint would copy; null when that was not asked for or cannot be
/// known: the domain is not running, or the bitmap is missing or broken.
/// </param>
public sealed record CheckpointDisk(string Name, string Bitmap, long? DirtyBytes)
{
    internal BitmapOnDisk Place => new(Name, Bitmap);

    internal CheckpointDisk With(IReadOnlyDictionary<BitmapOnDisk, long?> dirtyBytes) =>
        this with { DirtyBytes = dirtyBytes.GetValueOrDefault(Place) };
}
