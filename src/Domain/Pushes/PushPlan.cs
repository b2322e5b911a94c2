using LibvirtBackup.Backups.Planning;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Restores;

namespace LibvirtBackup.Pushes;

/// <summary>What a push will write.</summary>
/// <param name="Plan">The levels.</param>
/// <param name="Sizes">How large the disks are.</param>
/// <param name="DirtyBytesOf">How much has changed since a checkpoint, by checkpoint and disk; null if unknown.</param>
internal sealed record PushPlan(BackupPlan Plan, PushSizes Sizes, Func<string, string, long?> DirtyBytesOf)
{
    /// <summary>The guest goes on writing until the job begins.</summary>
    private const long WrittenMeanwhile = 16 * Units.MiB;

    /// <summary>The image of the base that a disk's new image builds on.</summary>
    internal (string Path, string Format) BelowOf(ImageSet set, PushTarget target, IReadOnlyList<ImagePoint> points)
    {
        var start = points.First(point => point.Id == Plan.Base!.Id); // the target has a parent in it
        var old = start.Disks.First(disk => disk.Name == target.Name);
        return (set.PathOf(start, old), old.Format);
    }

    /// <summary>Says where each disk is written.</summary>
    /// <param name="set">The set.</param>
    /// <param name="directory">The staging directory.</param>
    /// <param name="request">What the user wants.</param>
    /// <param name="points">The points of the set.</param>
    internal IReadOnlyList<PushTarget> PlaceIn(
        ImageSet set, string directory, PushRequest request, IReadOnlyList<ImagePoint> points)
    {
        var start = Plan.Base is null ? null : points.First(point => point.Id == Plan.Base.Id);
        var format = request.Format == DiskFormat.Raw ? "raw" : "qcow2";
        return [.. Plan.Disks.Select(disk => Place(disk, start, format))];

        PushTarget Place(DiskPlan disk, ImagePoint? start, string format)
        {
            var name = disk.Disk.Name;
            var device = request.Targets.GetValueOrDefault(name);
            var old = disk.Parent is null ? null : start!.Disks.First(one => one.Name == name); // planned from it
            var size = Sizes.Virtual[name];
            var data = disk.Parent is not null && DirtyBytesOf(Plan.Base!.Checkpoint!, name) is { } dirty
                ? Math.Min(size, dirty + WrittenMeanwhile)
                : Sizes.Data[name];
            return new PushTarget
            {
                Plan = disk,
                Path = device ?? Path.Combine(directory, $"{name}.{format}"),
                IsDevice = device is not null,
                Format = format,
                VirtualSizeBytes = size,
                ExpectedBytes = format == "raw" ? data : PushTargets.Qcow2Bytes(data, size),
                BackingFile = old is null || format == "raw" ? null : Path.Combine("..", start!.Id, old.File),
                BackingFormat = old is null || format == "raw" ? null : old.Format,
                CopyOf = old is null || format != "raw" ? null : set.PathOf(start!, old),
            };
        }
    }
}
