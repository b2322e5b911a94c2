using LibvirtBackup.Backups;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using LibvirtBackup.Repositories.Locks;
using LibvirtBackup.Restores;

namespace LibvirtBackup.ImageSets;

/// <summary>Writes restore points as qcow2 images with relative backing files, for plain QEMU tools.</summary>
/// <param name="options">Who writes, for the manifest.</param>
/// <param name="time">The clock.</param>
internal sealed class ImageSetExporter(BackupEngineOptions options, TimeProvider time)
{
    /// <summary>Writes a point, with the points that it builds on when asked to; what is there already stays.</summary>
    /// <param name="repository">Where the point is.</param>
    /// <param name="request">Which one, and where to.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">Ends the export; points that are complete stay.</param>
    /// <exception cref="BackupException">Why not all was written; what is there is complete.</exception>
    public async Task<ImageExportReport> ExportAsync(
        Repository repository,
        ImageExportRequest request,
        IProgress<RestoreProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        var warnings = new List<string>();
        var (session, warning) = await ReadingLock.TryTakeAsync(
            repository, $"export {request.Point}", [], "this export needs, which would make it fail",
            cancellationToken).ConfigureAwait(false);
        if (warning is not null) warnings.Add(warning);
        try
        {
            var chain = await FindChainAsync(repository, request, cancellationToken).ConfigureAwait(false);
            var set = ImageSet.OpenOrCreate(request.Directory, chain[0].Domain, chain[0].DomainUuid, time);
            using var writing = set.Lock();
            set.RemoveUnfinished();
            var writer = new ImagePointWriter(repository, set, options.Program, progress);
            return new ImageExportReport(
                await WriteAsync(repository, set, chain, writer, warnings, cancellationToken).ConfigureAwait(false),
                warnings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NbdException)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"cannot export point '{request.Point}' to '{request.Directory}': {e.Message}; points that are there "
                + "are complete",
                e);
        }
        finally
        {
            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<ExportedImagePoint>> WriteAsync(
        Repository repository, ImageSet set, IReadOnlyList<RestorePoint> chain, ImagePointWriter writer,
        List<string> warnings, CancellationToken cancellationToken)
    {
        var there = set.ListPoints(warnings);
        var broken = await ImageCheck.FindBrokenAsync(set, there, warnings, cancellationToken).ConfigureAwait(false);
        var sequence = there.Select(point => point.Sequence).DefaultIfEmpty().Max();
        var done = new List<ExportedImagePoint>();
        (RestorePoint Stored, ImagePoint Written)? before = null;
        foreach (var point in chain)
        {
            var old = there.FirstOrDefault(one =>
                one.Origin == ImagePointWriter.OriginOf(repository, point) && !broken.Contains(one.Id));
            var written = old
                ?? await writer.WriteAsync(point, before, ++sequence, cancellationToken).ConfigureAwait(false);
            if (point.Attachments.Count > 0 && old is null)
                warnings.Add(
                    $"point {point.Id} has files besides its disks (firmware, TPM state, kernel), which stay in the "
                    + "repository");
            done.Add(new ExportedImagePoint(
                point.Id, written.Id, set.PathOf(written.Id), written.Parent, old is null,
                [.. written.Disks.Select(disk => WrittenImage.Of(set, written, disk))]));
            before = (point, written);
        }

        return done;
    }

    /// <summary>The point, and those that it builds on as far as they are there; oldest first.</summary>
    private static async Task<IReadOnlyList<RestorePoint>> FindChainAsync(
        Repository repository, ImageExportRequest request, CancellationToken cancellationToken)
    {
        var point = await repository.GetPointAsync(request.Point, cancellationToken).ConfigureAwait(false);
        var chain = new List<RestorePoint> { point };
        if (!request.WithChain) return chain;
        var all = (await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false)).Points
            .Select(one => one.Id).ToHashSet(StringComparer.Ordinal);
        while (chain[0].Parent is { } parent && all.Contains(parent))
            chain.Insert(0, await repository.GetPointAsync(parent, cancellationToken).ConfigureAwait(false));
        return chain;
    }
}
