using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Recovery;
using LibvirtBackup.Recovery.Doctors;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;
using LibvirtBackup.Repositories;

namespace LibvirtBackup.Backups;

/// <summary>
/// What a backup plans from: the history of its track, after checkpoints and bitmaps of the running domain were
/// reconciled.
/// </summary>
/// <param name="target">The domain.</param>
/// <param name="journal">Its journal.</param>
/// <param name="track">The track.</param>
/// <param name="known">What is known of the points of the domain.</param>
/// <param name="points">The points, of all domains and tracks.</param>
/// <param name="damaged">Ids of points that nothing may build on.</param>
/// <param name="warnings">Receives one line each.</param>
internal sealed class TrackPreparation(
    IBackupDomain target,
    Journal journal,
    string track,
    PointsOfDomain known,
    IReadOnlyList<PointSummary> points,
    IReadOnlySet<string> damaged,
    List<string> warnings)
{
    private readonly Dictionary<CheckpointOnDisk, string> _reasons = [];

    /// <summary>For a backup into a repository.</summary>
    internal TrackPreparation(
        BackupContext context, IReadOnlyList<PointSummary> points, IReadOnlySet<string> damaged)
        : this(
            context.Domain,
            context.Journal,
            context.Request.Track,
            new PointsOfDomain(
                context.Repository.Id, points, damaged, context.Domain.Uuid, context.Repository.Points.ReadAsync),
            points,
            damaged,
            context.Warnings)
    {
    }

    private IReadOnlyDictionary<string, TrackedCheckpoint> _checkpoints = new Dictionary<string, TrackedCheckpoint>();

    /// <param name="isRunning">False for a domain that is shut off: its bitmaps are not touched.</param>
    /// <param name="cancellationToken">Gives up between two steps.</param>
    internal async Task<TrackHistory> PrepareAsync(bool isRunning, CancellationToken cancellationToken)
    {
        var domain = target.Tracking;
        var names = isRunning
            ? await ReconcileAsync(domain, cancellationToken).ConfigureAwait(false)
            : await domain.ListCheckpointsAsync(cancellationToken).ConfigureAwait(false);
        var repository = known.RepositoryId!; // one is open
        var highest = journal.View.HighestSequence(repository, track);
        return TrackHistory.From(points, repository, target.Uuid, track, names, highest) with
        {
            Damaged = damaged,
        };
    }

    /// <summary>What the last look said of the base's checkpoint.</summary>
    internal CheckpointProbe Probe(string checkpoint) =>
        CheckpointProbe.Of(checkpoint, _checkpoints.GetValueOrDefault(checkpoint)) with
        {
            // Also where libvirt refused to remove a bitmap in doubt: it is not used.
            Reasons = _reasons.Where(pair => pair.Key.Checkpoint == checkpoint)
                .ToDictionary(pair => pair.Key.Disk, pair => pair.Value, StringComparer.Ordinal),
        };

    /// <summary>How much has changed on a disk since a checkpoint, at the last look; null when nobody knows.</summary>
    internal long? DirtyBytesOf(string checkpoint, string disk) =>
        _checkpoints.GetValueOrDefault(checkpoint)?.Disks.GetValueOrDefault(disk);

    private async Task<IReadOnlyList<string>> ReconcileAsync(
        ITrackedDomain domain, CancellationToken cancellationToken)
    {
        var (before, after, failures) = await new TrackingReconciler(domain, known, journal)
            .ReconcileAsync(closely: false, cancellationToken).ConfigureAwait(false);
        warnings.AddRange(failures);
        foreach (var row in before.Rows.Where(row => row.Verdict.IsProblem)) Explain(row, before, after);
        foreach (var row in after.Rows.Where(row => row.Verdict.IsProblem && !before.Rows.Contains(row)))
            Explain(row, after, after);
        _checkpoints = after.Checkpoints;
        return after.Names;
    }

    private void Explain(TrackingRow row, Survey seen, Survey after)
    {
        var isUsed = after.Rows.Any(now =>
            now.Checkpoint == row.Checkpoint && now.Disk == row.Disk && now.Verdict.IsTrusted);
        var why = FindingText.Describe(row, seen.Doubts.GetValueOrDefault(new(row.Checkpoint, row.Disk)));
        if (!isUsed && row.State.Point == PointPresence.Present)
            _reasons[new(row.Checkpoint, row.Disk)] = row.Verdict.Finding == TrackingFinding.Unseen
                ? $"libvirt has no checkpoint '{row.Checkpoint}' any more, and finds no whole bitmap of that name"
                : $"checkpoint '{row.Checkpoint}' is not used: {why}";
        // That libvirt has nothing of it either is no news.
        if (row.Verdict.Finding == TrackingFinding.Unseen && !isUsed) return;
        var line = isUsed
            ? $"libvirt had forgotten checkpoint '{row.Checkpoint}' of disk '{row.Disk}', and was told of it again"
            : $"checkpoint '{row.Checkpoint}' of disk '{row.Disk}': {why}";
        warnings.Add(line);
    }
}
