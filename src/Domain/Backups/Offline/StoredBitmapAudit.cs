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

    /// <returns>Why a bitmap that was used is not to be believed, or null.</returns>
    internal static string? FindShrunk(JournalView journal, CapturedDisks captured)
    {
        foreach (var (plan, result) in captured.Disks)
        {
            // A disk has a parent only where there is a base, which has a checkpoint.
            if (plan.Parent is null || captured.Plan.Base?.Checkpoint is not { } checkpoint) continue;
            if (FindShrunk(journal, checkpoint, plan.Disk.Name, result.DirtyBytes, result.SizeBytes) is { } why)
                return why;
        }

        return null;
    }

    private static string? FindShrunk(
        JournalView journal, string checkpoint, string disk, long dirtyBytes, long sizeBytes)
    {
        if (journal.Seen.GetValueOrDefault((checkpoint, disk)) is not { } seen) return null;
        var lost = Math.Max(0, seen.VirtualSizeBytes - sizeBytes);
        var slack = lost > 0 || sizeBytes % Granule != 0 ? Granule : 0;
        return dirtyBytes < seen.DirtyBytes - lost - slack
            ? $"the bitmap of checkpoint '{checkpoint}' on disk '{disk}' held {seen.DirtyBytes} changed bytes when it "
                + $"was last seen, and holds {dirtyBytes} now"
            : null;
    }
}
