using LibvirtBackup.Interop.Xml;

namespace LibvirtBackup.Backups.Planning;

/// <summary>
/// What a restore writes into a checkpoint's description: which images hold its bitmaps. The point knows only those
/// that the disks were in when it was taken.
/// </summary>
internal static class SeededImages
{
    private const string Begin = "images: ";

    /// <param name="disks">The restored disks, in their new places.</param>
    internal static string Write(IEnumerable<DomainDisk> disks) =>
        Begin + string.Join(' ', disks.Select(disk => (disk.Target, Layers: DiskLayers.Of(disk)))
            .Where(disk => disk.Layers.Count > 0)
            .Select(disk => $"{disk.Target.Value}={DiskLayers.Fingerprint(disk.Layers[0])}"));

    /// <summary>Fingerprints by disk; none in a description that no restore has made.</summary>
    internal static IReadOnlyDictionary<string, string> Read(string? description)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        if (description is null) return found;
        var at = description.LastIndexOf(Begin, StringComparison.Ordinal);
        if (at < 0) return found;
        foreach (var part in description[(at + Begin.Length)..].Split(' '))
            if (part.Split('=') is [var disk, var fingerprint])
                found[disk] = fingerprint;
        return found;
    }
}
