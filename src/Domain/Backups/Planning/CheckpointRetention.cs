namespace LibvirtBackup.Backups.Planning;

/// <summary>
/// Which checkpoints no later backup needs. Every recording bitmap costs QEMU memory, and time when the image is
/// closed.
/// </summary>
internal static class CheckpointRetention
{
    /// <param name="names">All checkpoints of the domain.</param>
    /// <param name="newest">The checkpoint of the newest point: incrementals start from it.</param>
    /// <param name="kept">Others that stay: differentials start from the last full's.</param>
    /// <returns>Names of our own checkpoints of the newest one's repository and track only.</returns>
    internal static IReadOnlyList<string> Superseded(
        IEnumerable<string> names, string newest, IReadOnlyList<string> kept)
    {
        if (!CheckpointNaming.TryParse(newest, out var ours)) return [];
        return [.. names.Where(name =>
            name != newest
            && !kept.Contains(name, StringComparer.Ordinal)
            && CheckpointNaming.TryParse(name, out var parts)
            && parts.RepositoryId == ours.RepositoryId
            && parts.Track == ours.Track)];
    }
}
