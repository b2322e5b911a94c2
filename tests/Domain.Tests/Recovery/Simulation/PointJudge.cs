using LibvirtBackup.Backups;
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
    private string _prefix = "";
    private bool _isQuiet;

    /// <summary>Notes what the run is to notice.</summary>
    /// <param name="prefix">With what the names of the repository's checkpoints begin.</param>
    /// <param name="isWritten">Whether the guest writes meanwhile: then counts are not what they are now.</param>
    internal void BeginRun(string prefix, bool isWritten)
    {
        (_prefix, _isQuiet, _begun) = (prefix, !isWritten, world.Jobs.Frozen);
        _seen = SightMemory.Look(world.Domain, prefix);
        _noticed.Clear();
        if (isWritten) return;
        foreach (var (disk, name) in world.OurBitmaps())
            if (world.Memory.MustNotice(world.Domain, name, disk)) _noticed.Add((name, disk));
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
        var (points, _) = await opened.ListPointsAsync(CancellationToken.None);
        var others = points.Where(other => other.Id != id && other.DomainUuid == world.Uuid).ToList();
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
        return bitmap.Missed.Count > 0 && !_noticed.Contains((name, disk.Name));
    }
}
