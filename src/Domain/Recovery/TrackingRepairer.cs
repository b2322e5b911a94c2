using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Interop.Libvirt;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Recovery;

/// <summary>Does what the table says, on checkpoints of this repository only; each step may be repeated.</summary>
internal sealed class TrackingRepairer(ITrackedDomain domain, PointsOfDomain points, Journal journal)
{
    private readonly CheckpointRemover _remover = new(domain, journal);

    /// <summary>
    /// Acts on every row whose answer is an act; what is refused for one checkpoint, the others do not miss.
    /// </summary>
    internal async Task<ActOutcome> ActAsync(Survey survey, CancellationToken cancellationToken)
    {
        var outcome = new ActOutcome();
        var acts = survey.Rows.Where(row => row.State.Owner == TrackingOwner.ThisRepository);
        foreach (var rows in acts.GroupBy(row => row.Checkpoint, StringComparer.Ordinal))
        {
            try
            {
                await ActAsync(rows.Key, [.. rows], survey, outcome, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is LibvirtException or BackupException)
            {
                outcome.Failures.Add($"checkpoint '{rows.Key}' cannot be dealt with: {e.Message}");
            }
        }

        return outcome;
    }

    private async Task ActAsync(
        string name,
        IReadOnlyList<TrackingRow> rows,
        Survey survey,
        ActOutcome outcome,
        CancellationToken cancellationToken)
    {
        var removed = DisksOf(rows, TrackingRepair.Remove);
        var forgotten = DisksOf(rows, TrackingRepair.Forget);
        var adopted = DisksOf(rows, TrackingRepair.Adopt);
        var known = survey.Checkpoints.GetValueOrDefault(name);
        if (forgotten.Count > 0)
            known = await _remover.ForgetAsync(known, forgotten, cancellationToken).ConfigureAwait(false);
        if (removed.Count > 0)
        {
            await _remover.RemoveAsync(name, removed, known, cancellationToken).ConfigureAwait(false);
            known = known?.For(known.Disks.Keys.Except(removed, StringComparer.Ordinal));
        }

        if (adopted.Count == 0) return;
        // What an image of a domain that is shut off holds was looked at: libvirt can validate nothing then.
        var validate = survey.IsRunning || await domain.IsRunningAsync(cancellationToken).ConfigureAwait(false);
        var without = await AdoptAsync(name, adopted, known, validate, cancellationToken).ConfigureAwait(false);
        outcome.Absent.AddRange(without.Select(disk => new CheckpointOnDisk(name, disk)));
    }

    private static List<string> DisksOf(IEnumerable<TrackingRow> rows, TrackingRepair repair) =>
        [.. rows.Where(row => row.Verdict.Repair == repair).Select(row => row.Disk)];

    /// <summary>
    /// Tells libvirt of the disks whose bitmaps are valid, as it finds itself: all at once, else one after the other.
    /// </summary>
    /// <returns>The disks of which it found none.</returns>
    private async Task<IEnumerable<string>> AdoptAsync(
        string name, List<string> disks, TrackedCheckpoint? known, bool validate, CancellationToken cancellationToken)
    {
        var like = known is { Disks.Count: > 0 } ? known : new TrackedCheckpoint(
            name, points.Find(name)!.Time, CheckpointNaming.Description, new Dictionary<string, long?>());
        var all = like.For(like.Disks.Keys.Concat(disks));
        if (!await domain.TryRedefineAsync(all, validate, cancellationToken).ConfigureAwait(false))
        {
            all = like;
            foreach (var disk in disks)
            {
                var more = all.For(all.Disks.Keys.Append(disk));
                if (await domain.TryRedefineAsync(more, validate, cancellationToken).ConfigureAwait(false))
                    all = more;
            }
        }

        if (all.Disks.Count > like.Disks.Count) journal.Append(new JournalRecord.Kept(name));
        return disks.Except(all.Disks.Keys, StringComparer.Ordinal);
    }
}
