namespace LibvirtBackup.Recovery;

/// <summary>A checkpoint as libvirt knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Description">Free text, which tells one that a restore has made anew from the first one.</param>
/// <param name="Disks">
/// The disks that it tracks, with the bytes that changed since; null where that was not asked, or where the bitmap is
/// of no use.
/// </param>
internal sealed record TrackedCheckpoint(
    string Name, DateTimeOffset Created, string Description, IReadOnlyDictionary<string, long?> Disks)
{
    /// <summary>The same for other disks.</summary>
    internal TrackedCheckpoint For(IEnumerable<string> disks) =>
        this with { Disks = disks.ToDictionary(disk => disk, _ => (long?)null, StringComparer.Ordinal) };
}
