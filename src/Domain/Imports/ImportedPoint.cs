namespace LibvirtBackup.Imports;

/// <summary>A restore point that was made of somebody's images.</summary>
/// <param name="Point">The restore point's id.</param>
/// <param name="Origin">What it was made of, for people.</param>
/// <param name="Domain">The domain's name.</param>
/// <param name="IsNew">False when an earlier import had made it.</param>
/// <param name="ReadBytes">Bytes read of all disks.</param>
/// <param name="StoredBytes">Bytes added to the repository.</param>
internal sealed record ImportedPoint(
    string Point, string Origin, string Domain, bool IsNew, long ReadBytes, long StoredBytes);
