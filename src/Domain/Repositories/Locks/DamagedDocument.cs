namespace LibvirtBackup.Repositories.Locks;

/// <summary>
/// What was found damaged or absent. Backups store such blobs again and take no such point for a base.
/// </summary>
/// <param name="Blobs">Ids of blobs, hexadecimal.</param>
/// <param name="Points">Ids of the points that need them.</param>
internal sealed record DamagedDocument(IReadOnlyList<string> Blobs, IReadOnlyList<string> Points);
