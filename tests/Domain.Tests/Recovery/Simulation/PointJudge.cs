using LibvirtBackup.Backups;
using LibvirtBackup.Recovery.Journals;
using LibvirtBackup.Recovery.Table;
using LibvirtBackup.Repositories;
using Xunit;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>Holds each point that comes to exist against what the disks held at its instant.</summary>
internal sealed class PointJudge(HistoryWorld world)
{
    private readonly Dictionary<(int Repository, Guid Uuid, string Track), int> _highest = [];
    private readonly HashSet<(string Point, string Disk)> _excused = [];
    private readonly HashSet<(string Name, string Disk)> _noticed = [];
    private IReadOnlyDictionary<string, int[]>? _begun;
    private IReadOnlyList<(string Name, string Disk, SimulatedBitmap Bitmap, long Bytes, string Origin)> _seen = [];
    private IReadOnlyList<(string Name, string Disk, SimulatedBitmap Bitmap)> _bases = [];
    private string _prefix = "";
    private bool _isQuiet;

    /// <summary>Notes what the run is to notice.</summary>
    /// <param name="prefix">With what the names of the repository's checkpoints begin.</param>
    /// <param name="isWritten">Whether the guest writes meanwhile: then counts are not what they are now.</param>
    internal void BeginRun(string prefix, bool isWritten)
    {
        (_prefix, _isQuiet, _begun) = (prefix, !isWritten, world.Jobs.Frozen);
        _seen = SightMemory.Look(world.Domain, prefix);
        _bases = [];
        _noticed.Clear();
        if (isWritten) return;
        foreach (var (disk, name) in world.OurBitmaps())
            if (world.Memory.MustNotice(world.Domain, name, disk)) _noticed.Add((name, disk));
    }

    /// <summary>Notes from which checkpoints backups may start: they have points, and nothing is wrong with them.
    /// </summary>
    internal async Task NoteBasesAsync(int repository)
    {
        if (!world.IsPlain) return;
        var points = await ListPointsAsync(repository);
        var journal = Journal.Open(world.State.OpenDomain(world.Uuid)).View;
        _bases =
        [
            .. _seen.Where(one => points.Any(point => point.Checkpoint == one.Name)
                && journal.MarkOf(one.Name, one.Disk) != JournalMark.Dropping)
                .Select(one => (one.Name, one.Disk, one.Bitmap)),
        ];
    }

    /// <summary>A run that made no point has not touched what later ones start from.</summary>
    internal void JudgeNoPoint()
    {
        foreach (var (name, disk, bitmap) in _bases.Where(one => !one.Bitmap.Inconsistent))
            Assert.True(
                world.Domain.Image(disk).GetValueOrDefault(name) == bitmap,
                $"'{name}' is gone from disk '{disk}', and there is no new point");
    }

    /// <summary>What has no point is not left after a run that was not interrupted.</summary>
    internal async Task JudgeCheckpointsAsync(int repository)
    {
        if (!world.Domain.IsRunning) return;
        var points = await ListPointsAsync(repository);
        foreach (var name in world.Domain.Checkpoints.Where(name => name.StartsWith(_prefix, StringComparison.Ordinal)))
            Assert.True(points.Any(point => point.Checkpoint == name), $"'{name}' was left, and has no point");
    }

    private async Task<IReadOnlyList<PointSummary>> ListPointsAsync(int repository)
    {
        using var opened = await Repository.OpenAsync(world.Repositories[repository].Store, CancellationToken.None);
        var (points, _) = await opened.ListPointsAsync(CancellationToken.None);
        return [.. points.Where(point => point.DomainUuid == world.Uuid)];
    }

    /// <summary>What the run has seen and written down, it has to know from now on.</summary>
    internal void EndRun(BackupReport? report, bool isUninterrupted)
    {
        // It reconciles before it begins; what it doubted is gone by then.
        if (_isQuiet && _begun != world.Jobs.Frozen)
            world.Memory.Show(_seen.Where(one =>
                world.Domain.Image(one.Disk).GetValueOrDefault(one.Name) == one.Bitmap));
        if (!isUninterrupted || report?.Checkpoint is not { } made) return;
        var now = SightMemory.Look(world.Domain, _prefix);
        world.Memory.Show(now.Where(one => one.Name == made));
        world.Memory.ShowWitnesses(made, now);
    }

    internal async Task JudgeAsync(int repository, string id, SimulatedSources sources)
    {
        using var opened = await Repository.OpenAsync(world.Repositories[repository].Store, CancellationToken.None);
        var point = await opened.Points.ReadAsync(id, CancellationToken.None);
        foreach (var disk in point.Disks) Judge(point, disk, sources);
        var key = (repository, world.Uuid, point.Track);
        var others = (await ListPointsAsync(repository)).Where(other => other.Id != id).ToList();
        var highest = others.Where(other => other.Track == point.Track).Select(other => other.Sequence)
            .Append(world.HasMemory ? _highest.GetValueOrDefault(key) : 0).Max();
        Assert.True(point.Sequence > highest, $"sequence {point.Sequence} was given after {highest}");
        _highest[key] = point.Sequence;
        Assert.DoesNotContain(others, other => other.Checkpoint is not null && other.Checkpoint == point.Checkpoint);
    }

    private void Judge(RestorePoint point, RestorePointDisk disk, SimulatedSources sources)
    {
        var held = sources.ShutOff is null ? world.Jobs.Frozen[disk.Name] : world.Domain.Images[disk.Name].Chunks;
        if (world.Contents.Get(disk).SequenceEqual(held)) return;
        if (MayDiffer(point, disk, sources)) _excused.Add((point.Id, disk.Name));
        else Assert.Fail(
            $"point {point.Id} ({point.Track} {point.Sequence}, {disk.Level}) differs from disk '{disk.Name}': it has "
            + $"[{string.Join(' ', world.Contents.Get(disk))}], the disk had [{string.Join(' ', held)}]");
    }

    /// <summary>
    /// Only where it builds on a bitmap that was falsified in a way that nobody can see, or on such a point.
    /// </summary>
    private bool MayDiffer(RestorePoint point, RestorePointDisk disk, SimulatedSources sources)
    {
        if (disk.Level is BackupLevel.Full or BackupLevel.Copy) return false;
        if (point.Parent is { } parent && _excused.Contains((parent, disk.Name))) return true;
        var (name, bitmap) = sources.ShutOff is { } images
            ? (images.Read[disk.Name], world.Domain.Bitmap(disk.Name, images.Read[disk.Name]))
            : world.Jobs.Dirty[disk.Name];
        return bitmap is { IsValid: true, Missed.Count: > 0 } && !_noticed.Contains((name, disk.Name));
    }
}
