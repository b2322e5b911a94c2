using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery;

namespace LibvirtBackup.BlockJobs;

/// <summary>What libvirt says of the bitmaps of all checkpoints of a running domain, whoever made them.</summary>
internal static class CheckpointSizes
{
    /// <returns>Bytes by checkpoint and disk; null for a bitmap that is missing or broken.</returns>
    internal static async Task<IReadOnlyDictionary<(string Checkpoint, string Disk), long?>> ReadAsync(
        LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var tracked = new LibvirtTrackedDomain(domain);
        var found = new Dictionary<(string, string), long?>();
        foreach (var name in await tracked.ListCheckpointsAsync(cancellationToken).ConfigureAwait(false))
        {
            var checkpoint = await tracked.ReadCheckpointAsync(name, withSizes: true, cancellationToken)
                .ConfigureAwait(false);
            foreach (var (disk, bytes) in checkpoint?.Disks ?? new Dictionary<string, long?>())
                found[(name, disk)] = bytes;
        }

        return found;
    }

    /// <summary>The comparison of two looks.</summary>
    /// <param name="before">The first.</param>
    /// <param name="after">The second.</param>
    /// <param name="disk">The disk, or null for all.</param>
    internal static IReadOnlyList<CheckpointAfterJob> Compare(
        IReadOnlyDictionary<(string Checkpoint, string Disk), long?> before,
        IReadOnlyDictionary<(string Checkpoint, string Disk), long?> after,
        string? disk) =>
    [
        .. before.Where(found => disk is null || found.Key.Disk == disk)
            .OrderBy(found => found.Key)
            .Select(found => new CheckpointAfterJob(
                found.Key.Checkpoint, found.Key.Disk, found.Value, after.GetValueOrDefault(found.Key))),
    ];
}
