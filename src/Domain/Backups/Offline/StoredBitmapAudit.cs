using LibvirtBackup.Recovery.Journals;

namespace LibvirtBackup.Backups.Offline;

/// <summary>
/// Finds bitmaps of shut-off domains that hold less than they must: nobody tells how much they hold, so it is counted
/// while they are read.
/// </summary>
internal static class StoredBitmapAudit
{
    /// <summary>
    /// What is dirty at a disk's end may reach beyond it for QEMU, which counts whole granules, and not for NBD.
    /// </summary>
    private const long Granule = Units.MiB;

    /// <returns>Disks whose bitmap was used and is not to be believed, and why.</returns>
    internal static IReadOnlyList<(string Disk, string Why)> FindShrunk(JournalView journal, CapturedDisks captured)
    {
        var found = new List<(string, string)>();
        foreach (var (plan, result) in captured.Disks)
        {
            // A disk has a parent only where there is a base, which has a checkpoint.
            if (plan.Parent is null || captured.Plan.Base?.Checkpoint is not { } checkpoint) continue;
            var disk = plan.Disk.Name;
            if (WhyShrunk(journal, checkpoint, disk, result.DirtyBytes, result.SizeBytes) is { } why)
                found.Add((disk, why));
        }

        return found;
    }

    private static string? WhyShrunk(
        JournalView journal, string checkpoint, string disk, long dirtyBytes, long sizeBytes)
    {
        if (journal.Seen.GetValueOrDefault(new(checkpoint, disk)) is not { } seen) return null;
        var lost = Math.Max(0, seen.VirtualSizeBytes - sizeBytes);
        var slack = lost > 0 || sizeBytes % Granule != 0 ? Granule : 0;
        return dirtyBytes < seen.DirtyBytes - lost - slack
            ? $"the bitmap of checkpoint '{checkpoint}' on disk '{disk}' held {seen.DirtyBytes} changed bytes when it "
                + $"was last seen, and holds {dirtyBytes} now"
            : null;
    }
}
