using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Recovery.Journals;

namespace LibvirtBackup.Recovery.Auditing;

/// <summary>
/// Finds bitmaps that hold less than they must: one that somebody cleared, replaced, or paused passes libvirt's own
/// validation, and a backup by it would miss changes. Pure. What it cannot see is said in docs/design.md.
/// </summary>
internal static class RecordingAudit
{
    /// <summary>The coarsest granularity that QEMU chooses by itself: a smaller disk may lose so much more.</summary>
    private const long Granule = 64 * Units.KiB;

    /// <param name="journal">What was seen before.</param>
    /// <param name="early">A look at all of our checkpoints.</param>
    /// <param name="late">
    /// A second look, begun after the first was over; the same as the first to find out whether a second is needed. The
    /// guest writes meanwhile, so what must be larger is taken from the later one.
    /// </param>
    /// <returns>Checkpoint, disk, and why it is not believed.</returns>
    internal static IReadOnlyDictionary<CheckpointOnDisk, string> FindShrunk(
        JournalView journal, IReadOnlyList<ObservedBitmap> early, IReadOnlyList<ObservedBitmap> late)
    {
        var found = new Dictionary<CheckpointOnDisk, string>();
        foreach (var now in late)
        {
            var why = ShrunkSinceSeen(journal, now)
                ?? early.Where(other => other.Disk == now.Disk)
                    .Select(other => MissesNewer(now, other) ?? MissesGrowth(journal, now, other))
                    .FirstOrDefault(reason => reason is not null);
            if (why is not null) found[new(now.Checkpoint, now.Disk)] = why;
        }

        return found;
    }

    /// <summary>While a bitmap lives it only gains; only a smaller disk takes something away.</summary>
    private static string? ShrunkSinceSeen(JournalView journal, ObservedBitmap now)
    {
        if (journal.Seen.GetValueOrDefault(new(now.Checkpoint, now.Disk)) is not { } seen
            || seen.Origin != now.Origin)
            return null;
        var cut = Math.Max(0, seen.VirtualSizeBytes - now.VirtualSizeBytes);
        var lost = cut == 0 ? 0 : cut + Granule;
        return now.DirtyBytes < seen.DirtyBytes - lost
            ? $"it held {seen.DirtyBytes} changed bytes when it was last seen, and holds {now.DirtyBytes} now"
            : null;
    }

    /// <summary>An older checkpoint records all that a newer one does.</summary>
    private static string? MissesNewer(ObservedBitmap older, ObservedBitmap newer) =>
        IsOlder(older, newer) && older.DirtyBytes < newer.DirtyBytes
            ? $"it holds {older.DirtyBytes} changed bytes, and the newer '{newer.Checkpoint}' {newer.DirtyBytes}"
            : null;

    /// <summary>What another one has gained since this one was made, this one has gained too.</summary>
    private static string? MissesGrowth(JournalView journal, ObservedBitmap now, ObservedBitmap witness)
    {
        var key = new WitnessedPair(now.Checkpoint, now.Disk, witness.Checkpoint);
        if (!journal.Witnesses.TryGetValue(key, out var before)) return null;
        var growth = witness.DirtyBytes - before;
        return now.DirtyBytes < growth
            ? $"it holds {now.DirtyBytes} changed bytes, and '{witness.Checkpoint}' gained {growth} meanwhile"
            : null;
    }

    private static bool IsOlder(ObservedBitmap one, ObservedBitmap other) =>
        CheckpointNaming.TryParse(one.Checkpoint, out var a)
        && CheckpointNaming.TryParse(other.Checkpoint, out var b)
        && a.RepositoryId == b.RepositoryId
        && a.Track == b.Track
            ? a.Sequence < b.Sequence
            : one.Created < other.Created;
}
