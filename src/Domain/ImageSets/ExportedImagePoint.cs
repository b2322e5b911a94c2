namespace LibvirtBackup.ImageSets;

/// <summary>A restore point as images.</summary>
/// <param name="RestorePoint">The restore point's id.</param>
/// <param name="Point">The point in the set: the name of its directory.</param>
/// <param name="Directory">The directory.</param>
/// <param name="Parent">The point of the set whose images lie behind these, or null.</param>
/// <param name="IsNew">False when an earlier export had written it.</param>
/// <param name="Disks">The images.</param>
internal sealed record ExportedImagePoint(
    string RestorePoint, string Point, string Directory, string? Parent, bool IsNew, IReadOnlyList<WrittenImage> Disks);
