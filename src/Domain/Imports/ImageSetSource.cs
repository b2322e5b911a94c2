using LibvirtBackup.Hosts;
using LibvirtBackup.ImageSets;

namespace LibvirtBackup.Imports;

/// <summary>The points of an image set, of which every image was read and compared with its manifest.</summary>
internal sealed class ImageSetSource : IImportSource
{
    private ImageSetSource(IReadOnlyList<SourcePoint> points, IReadOnlyList<string> warnings) =>
        (Points, Warnings) = (points, warnings);

    /// <inheritdoc/>
    public IReadOnlyList<SourcePoint> Points { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings { get; }

    /// <exception cref="BackupException">Integrity: an image is not what its manifest says.</exception>
    internal static async Task<ImageSetSource> OpenAsync(string directory, CancellationToken cancellationToken)
    {
        var set = ImageSet.Open(directory);
        var warnings = new List<string>();
        var found = new List<SourcePoint>();
        var unreadable = new List<string>();
        var points = set.ListPoints(unreadable);
        if (unreadable is [var first, ..]) throw new BackupException(FailureKind.Integrity, first);
        if (points.Count == 0)
            throw new BackupException(
                FailureKind.Failed, $"image set '{set.Directory}' has no points; push or export into it first");
        foreach (var point in points)
        {
            if (point.Disks.FirstOrDefault(disk => disk.OverwrittenBy is not null) is { } gone)
            {
                warnings.Add($"point '{point.Id}' is left out: its disk '{gone.Name}' was on device '{gone.File}', "
                    + $"which point '{gone.OverwrittenBy}' has overwritten");
                continue;
            }

            found.Add(await ReadAsync(set, points, point, cancellationToken).ConfigureAwait(false));
        }

        return new ImageSetSource(found, warnings);
    }

    public void Dispose()
    {
        // nothing is held
    }

    private static async Task<SourcePoint> ReadAsync(
        ImageSet set, IReadOnlyList<ImagePoint> points, ImagePoint point, CancellationToken cancellationToken)
    {
        foreach (var disk in point.Disks)
            await RequireWholeAsync(set, points, point, disk, cancellationToken).ConfigureAwait(false);
        var definition = await File.ReadAllTextAsync(
            Path.Combine(set.PathOf(point.Id), ImageSet.DefinitionName), cancellationToken).ConfigureAwait(false);
        if (ImageStaging.HashOf(definition) != point.DefinitionSha256)
            throw Broken(point, $"'{Path.Combine(set.PathOf(point.Id), ImageSet.DefinitionName)}' has other content");
        return new SourcePoint
        {
            Origin = $"point '{point.Id}' of image set {set.Id}",
            Domain = point.Domain,
            DomainUuid = point.DomainUuid,
            Time = point.Time,
            Quiesced = point.Quiesced,
            DomainXml = definition,
            Disks = [.. point.Disks.Select(disk => new SourceDisk(
                disk.Name, disk.SourceFormat, disk.VirtualSizeBytes, TellsChanges: false,
                (read, token) => ImageSource.ReadAsync(set.PathOf(point, disk), disk.Format, read, token)))],
        };
    }

    private static async Task RequireWholeAsync(
        ImageSet set, IReadOnlyList<ImagePoint> points, ImagePoint point, ImagePointDisk disk,
        CancellationToken cancellationToken)
    {
        var fault = await ImageCheck.FindFaultAsync(set, point, disk, always: true, cancellationToken)
            .ConfigureAwait(false);
        if (fault is not null) throw Broken(point, fault);
        var image = await QemuImage.InspectAsync(set.PathOf(point, disk), disk.Format, cancellationToken)
            .ConfigureAwait(false);
        // What an image names is opened: it has to be what the manifest says, of a point that was compared too.
        var behind = points.SelectMany(one => one.Disks.Select(other => Path.Combine("..", one.Id, other.File)));
        if (image.Properties.BackingFile != disk.BackingFile
            || image.Backing?.Format != disk.BackingFormat
            || image.Properties.DataFile is not null
            || (disk.BackingFile is { } name && !behind.Contains(name, StringComparer.Ordinal)))
            throw Broken(
                point, $"'{set.PathOf(point, disk)}' lies over '{image.Properties.BackingFile}', which is no image of "
                    + "the set");
    }

    private static BackupException Broken(ImagePoint point, string why) => new(
        FailureKind.Integrity,
        $"point '{point.Id}' cannot be imported: {why}; nothing was imported: bring the file back from a copy, or move "
        + "that point's directory, and those that lie over it, out of the set");
}
