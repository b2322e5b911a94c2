using LibvirtBackup.Bitmaps;
using LibvirtBackup.Checkpoints;
using LibvirtBackup.Interop.Libvirt;

namespace LibvirtBackup.BlockJobs;

/// <summary>How much the bitmaps of all checkpoints hold of a running domain, whoever made them.</summary>
internal static class CheckpointSizes
{
    /// <returns>Bytes by checkpoint and disk; null for a bitmap that is missing or broken.</returns>
    internal static async Task<IReadOnlyDictionary<(string Checkpoint, string Disk), long?>> ReadAsync(
        LibvirtDomain domain, CancellationToken cancellationToken)
    {
        var checkpoints = await domain.ListCheckpointsAsync(cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        try
        {
            var found = await CheckpointReader.ReadAllAsync(checkpoints, cancellationToken).ConfigureAwait(false);
            var disks = found.SelectMany(one => one.Disks.Select(disk => (Checkpoint: one.Name, disk.Place))).ToList();
            var bytes = await DirtyBytes.ReadAsync(domain, [.. disks.Select(disk => disk.Place)], cancellationToken)
                .ConfigureAwait(false);
            return disks.ToDictionary(disk => (disk.Checkpoint, disk.Place.Disk), disk => bytes[disk.Place]);
        }
        finally
        {
            foreach (var checkpoint in checkpoints) checkpoint.Dispose();
        }
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
