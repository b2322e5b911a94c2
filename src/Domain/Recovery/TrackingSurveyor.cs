using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Bitmaps;
using LibvirtBackup.Recovery.Auditing;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Recovery;

/// <summary>
/// Gathers the join: journal, points, libvirt's checkpoints, bitmaps. Without a close look QEMU is only asked how much
/// changed since each of our checkpoints, which tells a usable bitmap.
/// </summary>
internal sealed class TrackingSurveyor(ITrackedDomain domain, PointsOfDomain points, Journal journal)
{
    private readonly HashSet<CheckpointOnDisk> _absent = [];

    /// <summary>Takes note that libvirt found no valid bitmap in these places, which nobody has looked at.</summary>
    internal void MarkAbsent(IEnumerable<CheckpointOnDisk> places) => _absent.UnionWith(places);

    /// <param name="closely">True to look at the bitmaps themselves.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal async Task<Survey> LookAsync(bool closely, CancellationToken cancellationToken)
    {
        var isRunning = await domain.IsRunningAsync(cancellationToken).ConfigureAwait(false);
        var disks = await domain.ListDisksAsync(cancellationToken).ConfigureAwait(false);
        var names = await domain.ListCheckpointsAsync(cancellationToken).ConfigureAwait(false);
        var early = await ReadAsync(names, isRunning, cancellationToken).ConfigureAwait(false);
        var observed = Observe(early.Values, disks);
        var doubts = RecordingAudit.FindShrunk(journal.View, observed, observed);
        if (doubts.Count > 0)
        {
            // The guest wrote while the first look was taken, perhaps.
            var late = await ReadAsync(names, isRunning, cancellationToken).ConfigureAwait(false);
            doubts = RecordingAudit.FindShrunk(journal.View, observed, Observe(late.Values, disks));
        }

        Note(observed.Where(bitmap => !doubts.ContainsKey(new(bitmap.Checkpoint, bitmap.Disk))));
        var inventory = closely ? await domain.ReadBitmapsAsync(cancellationToken).ConfigureAwait(false) : null;
        var granularities = await ReadGranularitiesAsync(inventory, cancellationToken).ConfigureAwait(false);
        var judge = new BitmapJudge(isRunning, early, doubts, inventory, granularities);
        return new Survey
        {
            IsRunning = isRunning,
            Names = names,
            Checkpoints = early,
            Doubts = doubts,
            Rows =
            [
                .. Places(names, disks, early, inventory).Select(place => new TrackingRow(
                    place.Checkpoint,
                    place.Disk,
                    StateOf(place.Checkpoint, place.Disk, names, early, isRunning, judge))),
            ],
        };
    }

    /// <summary>
    /// Notes how much the other checkpoints held just after one was made: what they gain from then on, it gains too.
    /// </summary>
    internal async Task WitnessAsync(string made, CancellationToken cancellationToken)
    {
        var disks = await domain.ListDisksAsync(cancellationToken).ConfigureAwait(false);
        var names = await domain.ListCheckpointsAsync(cancellationToken).ConfigureAwait(false);
        var known = await ReadAsync(names, withSizes: true, cancellationToken).ConfigureAwait(false);
        if (!known.TryGetValue(made, out var newest)) return;
        var observed = Observe(known.Values, disks);
        Note(observed.Where(bitmap => bitmap.Checkpoint == made));
        journal.Append([.. observed
            .Where(other => other.Checkpoint != made && newest.Disks.ContainsKey(other.Disk))
            .Select(other => new JournalRecord.Witnessed(made, other.Disk, other.Checkpoint, other.DirtyBytes))]);
    }

    /// <summary>
    /// Our checkpoints, the newest first: an older one records all that a newer one does, so it has to be asked later.
    /// </summary>
    private async Task<Dictionary<string, TrackedCheckpoint>> ReadAsync(
        IEnumerable<string> names, bool withSizes, CancellationToken cancellationToken)
    {
        List<string> ours =
        [
            .. names.Where(name => points.OwnerOf(name) == TrackingOwner.ThisRepository)
                .OrderByDescending(name => CheckpointNaming.TryParse(name, out var parts) ? parts.Sequence : 0),
        ];
        var found = await domain.ReadCheckpointsAsync(ours, withSizes, cancellationToken).ConfigureAwait(false);
        return found.ToDictionary(checkpoint => checkpoint.Name, StringComparer.Ordinal);
    }

    /// <summary>What the points of the bitmaps that were seen say of their images.</summary>
    private async Task<Dictionary<CheckpointOnDisk, long>> ReadGranularitiesAsync(
        BitmapInventory? inventory, CancellationToken cancellationToken)
    {
        var found = new Dictionary<CheckpointOnDisk, long>();
        var names = inventory?.Disks.SelectMany(disk => disk.Layers).SelectMany(layer => layer.Bitmaps)
            .Select(bitmap => bitmap.Name).Distinct(StringComparer.Ordinal) ?? [];
        foreach (var name in names)
            foreach (var (disk, bytes) in
                await points.ReadGranularitiesAsync(name, cancellationToken).ConfigureAwait(false))
                found[new(name, disk)] = bytes;

        return found;
    }

    private static List<ObservedBitmap> Observe(
        IEnumerable<TrackedCheckpoint> checkpoints, IReadOnlyList<TrackedDisk> disks) =>
    [
        .. from checkpoint in checkpoints
           from disk in disks
           let dirty = checkpoint.Disks.GetValueOrDefault(disk.Name)
           where dirty is not null && disk.VirtualSizeBytes is not null
           select new ObservedBitmap(
               checkpoint.Name, disk.Name, checkpoint.Created, checkpoint.Description, dirty.GetValueOrDefault(),
               disk.VirtualSizeBytes.GetValueOrDefault()),
    ];

    private void Note(IEnumerable<ObservedBitmap> observed) => journal.Append(
    [
        .. observed
            .Select(b => new JournalRecord.Seen(b.Checkpoint, b.Disk, b.DirtyBytes, b.VirtualSizeBytes, b.Origin))
            .Where(seen => journal.View.Seen.GetValueOrDefault(new(seen.Checkpoint, seen.Disk))
                != new SeenBitmap(seen.DirtyBytes, seen.VirtualSizeBytes, seen.Origin)),
    ]);

    /// <summary>
    /// Where to look: what libvirt tracks, what the images hold, and what later backups want. A checkpoint of which no
    /// disk is left is looked at on its first one.
    /// </summary>
    private IEnumerable<CheckpointOnDisk> Places(
        IReadOnlyList<string> names,
        IReadOnlyList<TrackedDisk> disks,
        Dictionary<string, TrackedCheckpoint> known,
        BitmapInventory? inventory)
    {
        var present = disks.Select(disk => disk.Name).ToHashSet(StringComparer.Ordinal);
        var tracked = known.Values.SelectMany(checkpoint => checkpoint.Disks.Keys.Where(present.Contains)
            .DefaultIfEmpty(checkpoint.Disks.Keys.FirstOrDefault() ?? "")
            .Select(disk => new CheckpointOnDisk(checkpoint.Name, disk)));
        var wanted = points.ListWanted()
            .Where(name => !known.ContainsKey(name))
            .SelectMany(name => points.Find(name)!.Disks.Where(disk => present.Contains(disk.Name))
                .Select(disk => new CheckpointOnDisk(name, disk.Name)));
        var held = inventory?.Disks.SelectMany(disk => disk.Layers.Take(1)
            .SelectMany(layer => layer.Bitmaps.Select(bitmap => new CheckpointOnDisk(bitmap.Name, disk.Name))))
            .ToList() ?? [];
        var others = inventory is null ? [] : names.Except(known.Keys).Except(held.Select(place => place.Checkpoint))
            .Select(name => new CheckpointOnDisk(name, ""));
        return tracked.Concat(wanted).Concat(held).Concat(others).Distinct();
    }

    private TrackingState StateOf(
        string checkpoint,
        string disk,
        IReadOnlyList<string> names,
        Dictionary<string, TrackedCheckpoint> known,
        bool isRunning,
        BitmapJudge judge)
    {
        var isKnown = known.TryGetValue(checkpoint, out var details)
            ? details.Disks.ContainsKey(disk) || disk.Length == 0
            : names.Contains(checkpoint, StringComparer.Ordinal);
        return new TrackingState(
            points.OwnerOf(checkpoint),
            journal.View.MarkOf(checkpoint, disk),
            points.PresenceOf(checkpoint, disk),
            isKnown ? CheckpointPresence.Known : CheckpointPresence.Absent,
            judge.Judge(checkpoint, disk) is var bitmap
                && bitmap == BitmapCondition.Unseen && _absent.Contains(new(checkpoint, disk))
                ? BitmapCondition.Absent : bitmap,
            isRunning);
    }
}
