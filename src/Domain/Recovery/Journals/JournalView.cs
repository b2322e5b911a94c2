using LibvirtBackup.Backups.Jobs;
using LibvirtBackup.Backups.Planning;
using LibvirtBackup.Recovery.Table;

namespace LibvirtBackup.Recovery.Journals;

/// <summary>What a journal's records come to.</summary>
internal sealed class JournalView
{
    private readonly Dictionary<MarkedPlace, JournalMark> _marks = [];
    private readonly Dictionary<CheckpointOnDisk, SeenBitmap> _seen = [];
    private readonly Dictionary<WitnessedPair, long> _witnesses = [];
    private readonly Dictionary<TrackInRepository, int> _sequences = [];

    /// <summary>The job that a run began and has not dealt with, or null.</summary>
    internal JobIntent? OpenJob { get; private set; }

    /// <summary>What was seen last, by checkpoint and disk.</summary>
    internal IReadOnlyDictionary<CheckpointOnDisk, SeenBitmap> Seen => _seen;

    /// <summary>What a witness held when a checkpoint was made, by checkpoint, disk and witness.</summary>
    internal IReadOnlyDictionary<WitnessedPair, long> Witnesses => _witnesses;

    /// <summary>What is noted of a checkpoint on a disk.</summary>
    internal JournalMark MarkOf(string checkpoint, string disk)
    {
        var whole = _marks.GetValueOrDefault(new(checkpoint, null));
        return whole == JournalMark.Dropping ? whole : _marks.GetValueOrDefault(new(checkpoint, disk), whole);
    }

    /// <summary>True when something is noted of a checkpoint.</summary>
    internal bool Knows(string checkpoint) =>
        _marks.Keys.Any(key => key.Checkpoint == checkpoint) || _seen.Keys.Any(key => key.Checkpoint == checkpoint);

    /// <summary>The highest sequence number that a track was given, 0 when none is known.</summary>
    internal int HighestSequence(string repositoryId, string track) =>
        _sequences.GetValueOrDefault(new(repositoryId, track));

    internal void Apply(JournalRecord record)
    {
        switch (record)
        {
            case JournalRecord.JobBegun(var job):
                if (OpenJob?.Checkpoint is { } earlier) _marks.Remove(new(earlier, null));
                OpenJob = job;
                if (job.Checkpoint is not { } made) break;
                // What is noted under this name was noted of another domain's bitmap, which made way for it.
                Forget(made, null);
                _marks[new(made, null)] = JournalMark.Intended;
                if (CheckpointNaming.TryParse(made, out var name)) Use(name.RepositoryId, name.Track, name.Sequence);
                break;
            case JournalRecord.JobEnded(var isCommitted):
                if (OpenJob?.Checkpoint is { } ended && isCommitted) _marks[new(ended, null)] = JournalMark.Committed;
                else if (OpenJob?.Checkpoint is { } undone) Forget(undone, null);
                OpenJob = null;
                break;
            case JournalRecord.DropBegun(var dropping, var disk):
                _marks[new(dropping, disk)] = JournalMark.Dropping;
                break;
            case JournalRecord.DropEnded(var dropped, var disk):
                Forget(dropped, disk);
                break;
            case JournalRecord.Kept(var kept):
                _marks[new(kept, null)] = JournalMark.Committed;
                break;
            case JournalRecord.Seen seen:
                // Noted only after the audit: less than before is what a smaller disk has left.
                _seen[new(seen.Checkpoint, seen.Disk)] =
                    new SeenBitmap(seen.DirtyBytes, seen.VirtualSizeBytes, seen.Origin);
                break;
            case JournalRecord.Witnessed w:
                _witnesses.TryAdd(new(w.Checkpoint, w.Disk, w.Witness), w.DirtyBytes);
                break;
            case JournalRecord.Used(var repository, var track, var sequence):
                Use(repository, track, sequence);
                break;
        }
    }

    /// <summary>The fewest records that come to the same.</summary>
    internal IEnumerable<JournalRecord> ToRecords()
    {
        foreach (var ((repository, track), sequence) in _sequences)
            yield return new JournalRecord.Used(repository, track, sequence);
        // Before what is noted of its checkpoint, which it would begin anew.
        if (OpenJob is not null) yield return new JournalRecord.JobBegun(OpenJob);
        foreach (var ((checkpoint, disk), mark) in _marks)
        {
            if (mark == JournalMark.Committed) yield return new JournalRecord.Kept(checkpoint);
            if (mark == JournalMark.Dropping) yield return new JournalRecord.DropBegun(checkpoint, disk);
        }

        foreach (var ((checkpoint, disk), seen) in _seen)
            yield return new JournalRecord.Seen(
                checkpoint, disk, seen.DirtyBytes, seen.VirtualSizeBytes, seen.Origin);
        foreach (var ((checkpoint, disk, witness), bytes) in _witnesses)
            yield return new JournalRecord.Witnessed(checkpoint, disk, witness, bytes);
    }

    private void Use(string repository, string track, int sequence) =>
        _sequences[new(repository, track)] = Math.Max(HighestSequence(repository, track), sequence);

    private void Forget(string checkpoint, string? disk)
    {
        foreach (var key in _marks.Keys.Where(k => k.Checkpoint == checkpoint && (disk is null || k.Disk == disk)))
            _marks.Remove(key);
        foreach (var key in _seen.Keys.Where(k => k.Checkpoint == checkpoint && (disk is null || k.Disk == disk)))
            _seen.Remove(key);
        foreach (var key in _witnesses.Keys.Where(k => Concerns(k, checkpoint, disk)))
            _witnesses.Remove(key);
    }

    private static bool Concerns(WitnessedPair key, string checkpoint, string? disk) =>
        (key.Checkpoint == checkpoint || key.Witness == checkpoint) && (disk is null || key.Disk == disk);

    /// <summary>A checkpoint, on one disk or (null) as a whole.</summary>
    private sealed record MarkedPlace(string Checkpoint, string? Disk);

    private sealed record TrackInRepository(string RepositoryId, string Track);
}
