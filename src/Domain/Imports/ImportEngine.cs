using LibvirtBackup.Backups;
using LibvirtBackup.ImageSets;
using LibvirtBackup.Imports.Virtnbdbackup;
using LibvirtBackup.Interop.Nbd;
using LibvirtBackup.Repositories;
using LibvirtBackup.State;

namespace LibvirtBackup.Imports;

/// <summary>Makes restore points of images and of other tools' backups.</summary>
/// <param name="options">Who imports, and where things are put together.</param>
/// <param name="time">The clock.</param>
internal sealed class ImportEngine(BackupEngineOptions options, TimeProvider time)
{
    /// <summary>Imports all points of a source; those that are in the repository already stay as they are.</summary>
    /// <param name="repository">Where the points go.</param>
    /// <param name="request">What to import.</param>
    /// <param name="progress">Receives steps, or null.</param>
    /// <param name="cancellationToken">Ends the import; points that are complete stay.</param>
    /// <exception cref="BackupException">
    /// Integrity: a file is missing, cut, or not what it should be, and nothing was imported. Else why not all was.
    /// </exception>
    public async Task<ImportReport> ImportAsync(
        Repository repository,
        ImportRequest request,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        try
        {
            using var source = await OpenAsync(request, cancellationToken).ConfigureAwait(false);
            var writer = new ImportedPointWriter(repository, request.Track, options.Program, time, progress);
            var (there, warnings) = await repository.ListPointsAsync(cancellationToken).ConfigureAwait(false);
            var done = await writer.WriteAllAsync(source.Points, there, cancellationToken).ConfigureAwait(false);
            return new ImportReport(done, [.. warnings, .. source.Warnings]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NbdException)
        {
            throw new BackupException(
                FailureKind.Failed,
                $"cannot import '{request.Directory ?? string.Join(", ", request.Images.Values)}': {e.Message}; points "
                + "that were imported before are complete",
                e);
        }
    }

    private async Task<IImportSource> OpenAsync(ImportRequest request, CancellationToken cancellationToken)
    {
        if (request.Directory is not { } directory)
            return await ImageFilesSource.OpenAsync(request, cancellationToken).ConfigureAwait(false);
        if (!Directory.Exists(directory))
            throw new BackupException(FailureKind.Failed, $"there is no directory '{directory}'");
        if (ImageSet.IsSet(directory))
            return await ImageSetSource.OpenAsync(directory, cancellationToken).ConfigureAwait(false);
        if (VirtnbdbackupFiles.IsBackup(directory))
            return await VirtnbdbackupSource.OpenAsync(
                directory, request.ScratchDirectory ?? new StateDirectory(options.StateDirectory).JobsDirectory,
                cancellationToken).ConfigureAwait(false);
        throw new BackupException(
            FailureKind.Failed,
            $"'{directory}' is neither an image set (set.json) nor a virtnbdbackup backup (*.data); give single images "
            + "by --disk and --definition");
    }
}
