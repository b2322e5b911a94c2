using LibvirtBackup.Backups;
using LibvirtBackup.Hosts;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Differences;
using LibvirtBackup.Restores;
using LibvirtBackup.Restores.Targets;
using LibvirtBackup.Restores.Targets.Qcow2;

namespace LibvirtBackup.ImageSets;

/// <summary>Writes one restore point as images.</summary>
internal sealed class ImagePointWriter(
    Repository repository, ImageSet set, string program, IProgress<RestoreProgress>? progress)
{
    private const int SectorBytes = 512;

    /// <summary>By what an export finds again what an earlier one has written.</summary>
    internal static string OriginOf(Repository repository, RestorePoint point) =>
        $"export of point {point.Id} of repository {repository.Id}";

    /// <param name="point">The point.</param>
    /// <param name="before">The point whose images shall lie behind, as it is stored and as it was written; or null.
    /// </param>
    /// <param name="sequence">The point's number in the set.</param>
    /// <param name="cancellationToken">Gives up; nothing is left.</param>
    internal async Task<ImagePoint> WriteAsync(
        RestorePoint point, (RestorePoint Stored, ImagePoint Written)? before, int sequence,
        CancellationToken cancellationToken)
    {
        var directory = ImageStaging.NewPath(set);
        ImageStaging.Create(directory);
        try
        {
            var disks = new List<ImagePointDisk>();
            foreach (var disk in point.Disks)
                disks.Add(await WriteAsync(directory, point, disk, before, cancellationToken).ConfigureAwait(false));
            var level = disks.Any(disk => disk.BackingFile is not null) ? BackupLevel.Incremental : BackupLevel.Full;
            var written = Describe(point, disks, level, sequence) with
            {
                Parent = level == BackupLevel.Full ? null : before!.Value.Written.Id, // something lies behind
            };
            ImageStaging.Publish(set, directory, written, point.DomainXml);
            return written;
        }
        catch
        {
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    private async Task<ImagePointDisk> WriteAsync(
        string directory, RestorePoint point, RestorePointDisk disk,
        (RestorePoint Stored, ImagePoint Written)? before, CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, $"{disk.Name}.qcow2");
        var size = Units.RoundUp(disk.VirtualSizeBytes, SectorBytes); // as QEMU counts
        var behind = before?.Written.Disks.FirstOrDefault(one => one.Name == disk.Name);
        var backing = behind is null ? null : Path.Combine("..", before!.Value.Written.Id, behind.File); // it is there
        if (backing is null)
            await WriteWholeAsync(path, disk, cancellationToken).ConfigureAwait(false);
        else
            await WriteChangesAsync(
                path, size, backing, behind!.Format, disk, new PointComparison(repository, before!.Value.Stored, point),
                cancellationToken).ConfigureAwait(false); // the same
        ImageStaging.Close(path);
        return await ImageSeal.SealAsync(path, new ImagePointDisk
        {
            Name = disk.Name,
            File = Path.GetFileName(path),
            Format = "qcow2",
            VirtualSizeBytes = size,
            Level = backing is null ? BackupLevel.Full : BackupLevel.Incremental,
            Reason = null,
            BackingFile = backing,
            BackingFormat = behind?.Format,
            SourceFormat = disk.Format,
            Layers = disk.Layers,
        }, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteWholeAsync(string path, RestorePointDisk disk, CancellationToken cancellationToken)
    {
        var target = Qcow2Target.Create(path, disk.VirtualSizeBytes, new Qcow2Options());
        await using var closing = target.ConfigureAwait(false);
        var size = disk.VirtualSizeBytes;
        var writer = new DiskWriter(
            repository.Reader, repository.OpenMap(disk), target,
            done => progress?.Report(new RestoreProgress(disk.Name, done, size)));
        await writer.WriteAsync(cancellationToken).ConfigureAwait(false);
        await target.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteChangesAsync(
        string path, long size, string backing, string backingFormat, RestorePointDisk disk,
        PointComparison comparison, CancellationToken cancellationToken)
    {
        await QemuImage.CreateOverlayAsync(path, size, backing, backingFormat, cancellationToken)
            .ConfigureAwait(false);
        var target = await ExistingImageTarget.OpenAsync(path, "qcow2", cancellationToken).ConfigureAwait(false);
        await using var closing = target.ConfigureAwait(false);
        using var changes = new ChangedChunks(repository, disk, target);
        await foreach (var extent in comparison.FindAsync(disk.Name, cancellationToken).ConfigureAwait(false))
        {
            if (extent.Kind == DifferenceKind.Gone) continue; // the image ends before
            if (extent.Kind == DifferenceKind.Data)
                await changes.WriteAsync(extent.OffsetBytes, extent.EndBytes, cancellationToken).ConfigureAwait(false);
            else
                await target.MakeHoleAsync(extent.OffsetBytes, extent.LengthBytes, cancellationToken)
                    .ConfigureAwait(false);
            progress?.Report(new RestoreProgress(disk.Name, extent.EndBytes, disk.VirtualSizeBytes));
        }

        await target.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private ImagePoint Describe(
        RestorePoint point, IReadOnlyList<ImagePointDisk> disks, BackupLevel level, int sequence) => new()
    {
        Schema = ImagePoint.CurrentSchema,
        Id = ImageSet.NameOf(sequence, level),
        Set = set.Id,
        Origin = OriginOf(repository, point),
        Domain = point.Domain,
        DomainUuid = point.DomainUuid,
        Generation = point.Generation,
        Sequence = sequence,
        Level = level,
        Reason = null,
        Time = point.Time,
        Parent = null,
        Checkpoint = null, // it belongs to the repository's point
        Quiesced = point.Quiesced,
        DefinitionSha256 = ImageStaging.HashOf(point.DomainXml),
        Disks = disks,
        Warnings = point.Warnings,
        MadeBy = program,
    };
}
