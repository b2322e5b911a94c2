using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using LibvirtBackup.Restores.Targets;
using LibvirtBackup.State;

namespace LibvirtBackup.Restores;

/// <summary>Writes the disks of restore points. Every chunk is checked against its hash before it is written.</summary>
public sealed class RestoreEngine
{
    private const string PartialSuffix = ".partial";

#pragma warning disable CA1822 // an instance, so that services take it by injection as they take the backup engine
    /// <summary>Restores disks of a point into files.</summary>
    /// <param name="repository">Where the point is.</param>
    /// <param name="request">What to restore, and where to.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">Ends the restore; what was written is removed.</param>
    /// <exception cref="BackupException">
    /// Why nothing was restored; no file with a final name was made or replaced.
    /// </exception>
    public async Task<RestoreReport> RestoreAsync(
        Repository repository,
        RestoreRequest request,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        var point = await repository.GetPointAsync(request.Point, cancellationToken).ConfigureAwait(false);
        var targets = SelectDisks(point, request).Select(disk => (Disk: disk, Path: PathOf(request, disk))).ToList();
        if (targets.FirstOrDefault(target => File.Exists(target.Path)).Path is { } existing && !request.Overwrite)
            throw new BackupException(
                FailureKind.Failed, $"'{existing}' exists; restore to another directory, or use --overwrite to "
                    + "replace it");
        try
        {
            DurableFile.CreateDirectory(Path.GetFullPath(request.Directory));
            var disks = new List<RestoredDisk>();
            foreach (var (disk, path) in targets)
                disks.Add(await RestoreDiskAsync(repository, disk, path, request.Format, progress, cancellationToken)
                    .ConfigureAwait(false));
            foreach (var (_, path) in targets) File.Move(path + PartialSuffix, path, overwrite: request.Overwrite);
            Interop.Posix.PosixFile.FlushDirectory(Path.GetFullPath(request.Directory));
            return new RestoreReport(point.Id, disks);
        }
        catch (Exception e)
        {
            foreach (var (_, path) in targets) File.Delete(path + PartialSuffix);
            if (e is not (IOException or UnauthorizedAccessException or NbdException)) throw;
            throw new BackupException(
                FailureKind.Failed,
                $"cannot restore point '{point.Id}' to '{request.Directory}': {e.Message}; what was written is removed",
                e);
        }
    }

#pragma warning restore CA1822

    private static IReadOnlyList<RestorePointDisk> SelectDisks(RestorePoint point, RestoreRequest request)
    {
        if (request.Disks.Count == 0) return point.Disks;
        if (request.Disks.FirstOrDefault(name => point.Disks.All(disk => disk.Name != name)) is { } missing)
            throw new BackupException(
                FailureKind.Failed,
                $"point '{point.Id}' has no disk '{missing}'; it has "
                + $"{string.Join(", ", point.Disks.Select(disk => disk.Name))}");
        return [.. point.Disks.Where(disk => request.Disks.Contains(disk.Name, StringComparer.Ordinal))];
    }

    private static string PathOf(RestoreRequest request, RestorePointDisk disk) =>
        Path.Combine(Path.GetFullPath(request.Directory), $"{disk.Name}.{Extension(request.Format)}");

    private static string Extension(DiskFormat format) => format switch
    {
        DiskFormat.Qcow2 => "qcow2",
        DiskFormat.Raw => "raw",
        _ => throw new BackupException(FailureKind.Usage, $"unknown disk format {format}"),
    };

    private static async Task<RestoredDisk> RestoreDiskAsync(
        Repository repository,
        RestorePointDisk disk,
        string path,
        DiskFormat format,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellationToken)
    {
        var partial = path + PartialSuffix;
        File.Delete(partial);
        IDiskTarget target = format == DiskFormat.Raw
            ? RawFileTarget.Create(partial, disk.VirtualSizeBytes)
            : await ImageTarget.CreateAsync(partial, Extension(format), disk.VirtualSizeBytes, cancellationToken)
                .ConfigureAwait(false);
        await using var closing = target.ConfigureAwait(false);
        var writer = new DiskWriter(
            repository.Reader,
            repository.OpenMap(disk),
            target,
            done => progress?.Report(new RestoreProgress(disk.Name, done, disk.VirtualSizeBytes)));
        var written = await writer.WriteAsync(cancellationToken).ConfigureAwait(false);
        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
        return new RestoredDisk(disk.Name, path, format, written, Verified: true);
    }
}
