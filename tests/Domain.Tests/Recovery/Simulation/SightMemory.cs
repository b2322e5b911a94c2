using LibvirtBackup.Backups.Planning;

namespace LibvirtBackup.Domain.Tests.Recovery.Simulation;

/// <summary>
/// What the product has been shown of bitmaps, and so has promised to notice (docs/design.md, "The audit"): written
/// down here by the simulation and not read from the journal. A bitmap that was cleared or paused behind everybody's
/// back, and that none of the three rules can tell, is the documented limit of what any program can see; the real
/// copier still looks for it in a sample of the data. Points taken by such a bitmap are excused, and no others.
/// </summary>
internal sealed class SightMemory
{
    private readonly Dictionary<
        (string Name, string Disk), (SimulatedBitmap Bitmap, long Bytes, string Origin)> _shown = [];

    private readonly Dictionary<(string Name, string Disk, string Witness), (SimulatedBitmap, SimulatedBitmap, long)>
        _witnesses = [];

    /// <summary>The journal is gone, or another one is used.</summary>
    internal void Clear()
    {
        _shown.Clear();
        _witnesses.Clear();
    }

    /// <summary>What a look at a repository's checkpoints shows.</summary>
    internal static IReadOnlyList<(string Name, string Disk, SimulatedBitmap Bitmap, long Bytes, string Origin)> Look(
        SimulatedDomain domain, string prefix) =>
    [
        .. domain.Checkpoints.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .SelectMany(name => domain.DisksOf(name).Where(disk => domain.SizeOf(disk, name) is not null)
                .Select(disk => (
                    name, disk, domain.Bitmap(disk, name), domain.Bitmap(disk, name).DirtyBytes,
                    domain.DescriptionOf(name)))),
    ];

    /// <summary>The product has seen this and written it down.</summary>
    internal void Show(
        IEnumerable<(string Name, string Disk, SimulatedBitmap Bitmap, long Bytes, string Origin)> seen)
    {
        foreach (var (name, disk, bitmap, bytes, origin) in seen) _shown[(name, disk)] = (bitmap, bytes, origin);
    }

    /// <summary>The product has seen what others held when a checkpoint was new.</summary>
    internal void ShowWitnesses(
        string made, IReadOnlyList<(string Name, string Disk, SimulatedBitmap Bitmap, long Bytes, string Origin)> seen)
    {
        foreach (var (_, disk, bitmap, _, _) in seen.Where(one => one.Name == made))
            foreach (var other in seen.Where(one => one.Name != made && one.Disk == disk))
                _witnesses.TryAdd((made, disk, other.Name), (bitmap, other.Bitmap, other.Bytes));
    }

    /// <summary>Whether one of the audit's rules tells that a bitmap of the domain holds less than it must.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="name">The checkpoint.</param>
    /// <param name="disk">The disk.</param>
    internal bool MustNotice(SimulatedDomain domain, string name, string disk)
    {
        if (domain.Image(disk).GetValueOrDefault(name) is not { } bitmap) return false;
        var isKnown = domain.Knows(name);
        var origin = isKnown ? domain.DescriptionOf(name) : CheckpointNaming.Description;
        if (_shown.TryGetValue((name, disk), out var shown)
            && shown.Bitmap == bitmap && shown.Origin == origin && bitmap.DirtyBytes < shown.Bytes)
            return true;
        // Of a domain that is off nobody tells what the other bitmaps hold.
        return domain.IsRunning && isKnown && domain.Image(disk).Any(other =>
            other.Value.IsValid && domain.Knows(other.Key) && domain.DisksOf(other.Key).Contains(disk)
            && (MissesNewer(name, bitmap, other.Key, other.Value) || MissesGrowth(name, disk, bitmap, other)));
    }

    private static bool MissesNewer(string name, SimulatedBitmap bitmap, string other, SimulatedBitmap newer) =>
        CheckpointNaming.TryParse(name, out var a) && CheckpointNaming.TryParse(other, out var b)
        && (a.RepositoryId, a.Track) == (b.RepositoryId, b.Track)
        && a.Sequence < b.Sequence
        && bitmap.DirtyBytes < newer.DirtyBytes;

    private bool MissesGrowth(
        string name, string disk, SimulatedBitmap bitmap, KeyValuePair<string, SimulatedBitmap> witness) =>
        _witnesses.TryGetValue((name, disk, witness.Key), out var then)
        && then.Item1 == bitmap && then.Item2 == witness.Value
        && bitmap.DirtyBytes < witness.Value.DirtyBytes - then.Item3;
}
